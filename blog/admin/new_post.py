"""`/new`: from a bookmarklet, a phone's share menu or a listing to the form of a new post, filled in. It stores nothing."""

from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from wagtail.admin.auth import permission_denied
from wagtail.models import Site

from blog.admin.prefilling import bounded
from blog.models import BlogPage

BOOKMARKLET_NAME = "blog_bookmarklet"
BOOKMARKLET = (
    "javascript:location.href='{}?link='+encodeURIComponent(location.href)+'&title='+encodeURIComponent(document.title)"
    "+'&text='+encodeURIComponent(getSelection())"
)


@require_safe
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Redirect to the form, by way of signing in where needed; the parameters are kept."""
    user = request.user
    if not isinstance(user, User):
        return redirect_to_login(request.get_full_path(), reverse("wagtailadmin_login"))
    blog = _blog_to_write_in(request, user)
    if blog is None:
        refused: HttpResponse = permission_denied(request)
        return refused
    query = urlencode(bounded(request.GET))
    return redirect(reverse("wagtailadmin_pages:add", args=("blog", "postpage", blog.pk)) + (f"?{query}" if query else ""))


def _blog_to_write_in(request: HttpRequest, user: User) -> BlogPage | None:
    """Return the blog at this host, else the first other, to which a user may add posts."""
    site = Site.find_for_request(request)
    blogs = sorted(BlogPage.objects.order_by("path"), key=lambda blog: blog.pk != (site.root_page_id if site else None))
    return next((blog for blog in blogs if blog.permissions_for_user(user).can_add_subpage()), None)


@require_safe
def bookmarklet(request: HttpRequest) -> HttpResponse:
    """Respond with the page that has the bookmarklet."""
    address = request.build_absolute_uri(reverse("new"))
    return render(request, "blog/admin/bookmarklet.html", {"bookmarklet": BOOKMARKLET.format(address)})


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """Respond with the web app manifest by which phones offer the site where something is shared."""
    icon = {"src": static("favicon.svg"), "sizes": "any", "type": "image/svg+xml"}
    return JsonResponse(
        {
            "name": _("New note"),
            "short_name": _("New note"),
            "start_url": reverse("wagtailadmin_home"),
            "scope": "/",
            "display": "minimal-ui",
            "icons": [icon],
            "share_target": {
                "action": reverse("new"),
                "method": "GET",
                "params": {"title": "title", "text": "text", "url": "link"},
            },
        },
        content_type="application/manifest+json",
    )
