"""The editor's lists of tags, authors and streams."""

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from blog.models import Author, Stream, Tag


class TagViewSet(SnippetViewSet):
    model = Tag
    icon = "tag"
    menu_label = _("Tags")
    list_display = ["name", "slug", Column("post_count", label=_("Posts, drafts among them"), sort_key="post_count")]
    search_fields = ["name", "slug"]
    search_backend_name = None
    list_per_page = 100
    ordering = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        found: QuerySet[Tag] = Tag.objects.annotate(post_count=Count("post_tags"))
        return found


class AuthorViewSet(SnippetViewSet):
    model = Author
    icon = "user"
    menu_label = _("Authors")
    list_display = ["name", "handle"]
    search_fields = ["name", "handle"]
    search_backend_name = None


class StreamViewSet(SnippetViewSet):
    model = Stream
    icon = "list-ul"
    menu_label = _("Streams")
    list_display = ["name", "expression", "blog"]
    search_fields = ["name", "expression"]
    search_backend_name = None


class BlogViewSetGroup(SnippetViewSetGroup):
    """One entry of the menu for the three."""

    items = (TagViewSet, StreamViewSet, AuthorViewSet)
    menu_label = _("Blog")
    menu_icon = "tag"
    menu_order = 150
