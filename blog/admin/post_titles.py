"""Posts by title, for links in a text: those that the user may see."""

from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from blog.admin.page_choosers import choosable_pages
from blog.models import PostPage
from wagtail_actions.users import admin_user

NAME = "post_titles"
MOST = 8  # posts


def contains(field: str, text: str) -> Q:
    """Return the condition that a field has a text, in either case: SQLite knows the cases of ASCII alone."""
    condition = Q()
    for spelling in {text, text.lower(), text.capitalize(), text.upper()}:
        condition |= Q(**{f"{field}__icontains": spelling})
    return condition


@require_safe
def find(request: HttpRequest) -> JsonResponse:
    """Respond with the latest posts whose title has the text `q`."""
    text = " ".join(request.GET.get("q", "").replace("\0", " ").split())
    pages = choosable_pages(admin_user(request)).filter(contains("title", text))
    posts = PostPage.objects.filter(pk__in=pages.values("pk")).order_by("-latest_revision_created_at", "-pk")[:MOST]
    return JsonResponse({"posts": [{"id": post.pk, "title": post.title, "hint": _hint(post)} for post in posts]})


def _hint(post: PostPage) -> str:
    """Return what tells a post from others of its title."""
    if not post.live:
        return _("draft")
    return date_format(localtime(post.published), "DATE_FORMAT") if post.published else ""
