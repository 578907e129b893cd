"""Posts in the admin: a flat listing with its entry in the menu, a panel on the dashboard, a form that may begin filled in."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import classproperty
from django.utils.translation import gettext_lazy as _
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.listing import IndexView
from wagtail.admin.viewsets.pages import PageListingViewSet, PageViewSet

from blog.admin.prefilling import prefill
from blog.models import PostAuthor, PostPage

KEPT = ("bulk_actions", "title", "latest_revision_created_at", "status")  # of Wagtail's columns
FIRST_AUTHOR = "first_author"  # an annotation: the name of the first author of a post


def byline(post: PostPage) -> str:
    """Return the names of a post's authors."""
    return ", ".join(author.name for author in post.authors)


class PostIndexView(IndexView):
    """The listing of posts, the one last written first."""

    default_ordering = "-latest_revision_created_at"
    add_item_label = _("Add post")

    def get_base_queryset(self) -> QuerySet[PostPage]:
        first = PostAuthor.objects.filter(post=OuterRef("pk")).values("author__name")[:1]
        posts = super().get_base_queryset().prefetch_related("post_authors__author")
        found: QuerySet[PostPage] = posts.annotate(**{FIRST_AUTHOR: Subquery(first)})
        return found

    def get_valid_orderings(self) -> list[str]:
        """Return what the listing may be sorted by: results of a search by fields of the index alone."""
        orderings: list[str] = super().get_valid_orderings()
        return [name for name in orderings if not (self.is_searching and name.lstrip("-") == FIRST_AUTHOR)]


class PostsMenuItem(MenuItem):
    """An entry of the menu for whoever may write."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(user_has_any_page_permission(request.user))


class PostListingViewSet(PageListingViewSet):
    model = PostPage
    index_view_class = PostIndexView
    name = "posts"
    icon = "doc-full"
    menu_label = _("Posts")
    menu_order = 90  # before pages
    add_to_admin_menu = True
    menu_item_class = PostsMenuItem

    @classproperty
    def columns(cls) -> list[Column]:
        columns = {column.name: column for column in IndexView.base_columns if column.name in KEPT}
        ours = {
            "authors": Column("authors", label=_("Authors"), accessor=byline, sort_key=FIRST_AUTHOR, width="15%"),
            "published": DateColumn("published", label=_("Published"), sort_key="published", width="12%"),
        }
        return [{**columns, **ours}[name] for name in ("bulk_actions", "title", "authors", "published", *KEPT[2:])]


class PostCreateView(CreateView):
    """Wagtail's form for a new post, filled in with what its address says; nothing is stored before it is sent."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        prefill(self.page, request.GET)
        response: HttpResponseBase = super().get(request)
        return response


class PostViewSet(PageViewSet):
    model = PostPage
    add_view_class = PostCreateView


class PostsPanel(Component):
    """Links to a new post and to all of them, on the dashboard."""

    name = "posts"
    order = 50
    template_name = "blog/admin/posts_panel.html"


def add_posts_panel(request: HttpRequest, panels: list[Any]) -> None:
    """Add the panel for whoever may write: a receiver of Wagtail's hook."""
    if user_has_any_page_permission(request.user):
        panels.append(PostsPanel())
