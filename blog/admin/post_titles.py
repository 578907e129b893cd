"""Posts by title, for links in a text: those that the user may see."""

from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from blog.admin.page_choosers import admin_user, choosable_pages
from blog.models import PostPage

NAME = "post_titles"
MOST = 8  # posts


@require_safe
def find(request: HttpRequest) -> JsonResponse:
    """Respond with the latest posts whose title has the text `q`."""
    text = " ".join(request.GET.get("q", "").split())
    has_text = Q()
    for spelling in {text, text.lower(), text.capitalize(), text.upper()}:  # SQLite knows the cases of ASCII alone
        has_text |= Q(title__icontains=spelling)
    pages = choosable_pages(admin_user(request)).filter(has_text)
    posts = PostPage.objects.filter(pk__in=pages.values("pk")).order_by("-latest_revision_created_at", "-pk")[:MOST]
    found = [{"id": post.pk, "title": post.title, "hint": "" if post.live else _("draft")} for post in posts]
    return JsonResponse({"posts": found})
