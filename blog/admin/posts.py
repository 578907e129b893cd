"""Posts in the admin: a flat listing with its entry in the menu, a panel on the dashboard, a form that may begin filled in."""

from copy import copy
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property, classproperty
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.listing import IndexView
from wagtail.admin.views.pages.preview import PreviewOnCreateView, PreviewOnEditView
from wagtail.admin.viewsets.pages import PageListingViewSet, PageViewSet
from wagtail.admin.widgets.button import Button

from blog.admin.page_choosers import explorable_pages
from blog.admin.post_export import TEXTS, PostExportView, byline, comment_count, tag_names
from blog.admin.post_filters import PostFilterSet, tags_without_posts
from blog.admin.prefilling import prefill
from blog.models import Comment, PostAuthor, PostPage
from wagtail_actions.many import BulkButtons
from wagtail_actions.users import admin_user

KEPT = ("bulk_actions", "title", "latest_revision_created_at", "status")  # of Wagtail's columns
FIRST_AUTHOR, COMMENTS = "first_author", "approved_comments"  # annotations: only where the listing is sorted by them


def host_of(post: PostPage) -> str:
    """Return the host that an external post links to; "" for an internal one."""
    return (urlsplit(post.link).hostname or "").removeprefix("www.")


def listed_posts(request: HttpRequest, asked: QueryDict) -> QuerySet[PostPage]:
    """Return the posts of the listing at an address with these parameters, as far as the user may see them."""
    posts = PostPage.objects.filter(pk__in=explorable_pages(admin_user(request)).values("pk"))
    filters = PostFilterSet(asked, queryset=posts, request=request)
    found: QuerySet[PostPage] = filters.qs if filters.is_valid() else posts
    return found


class PostIndexView(BulkButtons, PostExportView):
    """The listing of posts, the one last written first.

    Its page is found first, by ids, and only then is everything read that its rows show: at any number of posts as much.
    """

    template_name = "blog/admin/posts.html"
    results_template_name = "blog/admin/posts_results.html"
    add_item_label = _("Add post")

    def get_base_queryset(self) -> QuerySet[PostPage]:
        posts = PostPage.objects.filter(pk__in=explorable_pages(admin_user(self.request)).values("pk")).defer(*TEXTS)
        key = self.request.GET.get("ordering", "").lstrip("-")
        if key == FIRST_AUTHOR:
            first = PostAuthor.objects.filter(post=OuterRef("pk")).values("author__name")[:1]
            posts = posts.annotate(**{FIRST_AUTHOR: Coalesce(Subquery(first), Value(""))})  # those without come first
        if key == COMMENTS:
            approved = Comment.objects.approved().filter(post=OuterRef("pk")).order_by().values("post")
            posts = posts.annotate(**{COMMENTS: Coalesce(Subquery(approved.annotate(number=Count("pk")).values("number")), 0)})
        found: QuerySet[PostPage] = posts
        return found

    def paginate_queryset(self, queryset: QuerySet[PostPage], page_size: int) -> tuple[Any, Any, Any, bool]:
        paginator, page, found, is_paginated = super().paginate_queryset(queryset, page_size)
        shown = self.with_what_rows_show(PostPage.objects.filter(pk__in=[post.pk for post in found]))
        by_pk = {post.pk: post for post in self.annotate_queryset(shown).specific(defer=True)}  # they are specific
        page.object_list = [by_pk[post.pk] for post in found if post.pk in by_pk]
        return paginator, page, page.object_list, is_paginated

    def order_queryset(self, queryset: QuerySet[PostPage]) -> QuerySet[PostPage]:
        if self.ordering in ("published", "-published") and not self.is_searching:
            time = F("published")
            by_time = time.desc(nulls_last=True) if self.ordering.startswith("-") else time.asc(nulls_first=True)
            return queryset.order_by(by_time, "-pk")
        found: QuerySet[PostPage] = super().order_queryset(queryset)
        return found

    def why_empty(self) -> list[str]:
        """Return why nothing is listed, in sentences."""
        why = tags_without_posts(admin_user(self.request), self.request.GET.get("tags", ""))
        return why or [gettext("No post is found: remove a filter, or search for other words.")]

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        bin_button = Button(_("Bin"), url=reverse("bin:index"), icon_name="bin", priority=200)
        changes = Button(_("Changes of many posts"), url=reverse("post_history"), icon_name="history", priority=190)
        return [*super().header_more_buttons, changes, bin_button]

    def get_valid_orderings(self) -> list[str]:
        """Return what the listing may be sorted by: results of a search by fields of the index alone."""
        orderings: list[str] = super().get_valid_orderings()
        unsearched = (FIRST_AUTHOR, COMMENTS, "link")
        return [name for name in orderings if not (self.is_searching and name.lstrip("-") in unsearched)]


class PostsMenuItem(MenuItem):
    """An entry of the menu for whoever may write."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(user_has_any_page_permission(request.user))


class PostListingViewSet(PageListingViewSet):
    model = PostPage
    index_view_class = PostIndexView
    filterset_class = PostFilterSet
    name = "posts"
    icon = "doc-full"
    menu_label = _("Posts")
    menu_order = 90  # before pages
    add_to_admin_menu = True
    menu_item_class = PostsMenuItem
    export_filename = "posts"

    @classproperty
    def columns(cls) -> list[Column]:
        columns = {column.name: column for column in IndexView.base_columns if column.name in KEPT}
        title = copy(columns["title"])
        title.width = "32%"
        ours = [
            Column("tags", label=_("Tags"), accessor=tag_names, width="14%"),
            Column("authors", label=_("Authors"), accessor=byline, sort_key=FIRST_AUTHOR, width="10%"),
            Column("source", label=_("Source"), accessor=host_of, sort_key="link", width="9%"),
            DateColumn("published", label=_("Published"), sort_key="published", width="9%"),
            Column("comments", label=_("Comments"), accessor=comment_count, sort_key=COMMENTS, width="6%"),
        ]
        return [columns["bulk_actions"], title, *ours, *(columns[name] for name in KEPT[2:])]


class PostCreateView(CreateView):
    """Wagtail's form for a new post, filled in with what its address says; nothing is stored before it is sent."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        prefill(self.page, request.GET)
        response: HttpResponseBase = super().get(request)
        return response


class TolerantPreview:
    """Wagtail's preview, also of a post whose time is yet to come: without a preview there are no checks to tell of it."""

    def validate_form(self, form: Any) -> bool:
        form.instance.is_previewed = True
        is_valid: bool = super().validate_form(form)  # type: ignore[misc]
        return is_valid


class PreviewOnEdit(TolerantPreview, PreviewOnEditView):
    """The preview of a post that is edited."""


class PreviewOnCreate(TolerantPreview, PreviewOnCreateView):
    """The preview of a post that is not stored yet."""


class PostViewSet(PageViewSet):
    model = PostPage
    add_view_class = PostCreateView
    preview_on_add_view_class = PreviewOnCreate
    preview_on_edit_view_class = PreviewOnEdit


class PostsPanel(Component):
    """Links to a new post and to all of them, on the dashboard."""

    name = "posts"
    order = 50
    template_name = "blog/admin/posts_panel.html"


def add_posts_panel(request: HttpRequest, panels: list[Any]) -> None:
    """Add the panel for whoever may write: a receiver of Wagtail's hook."""
    if user_has_any_page_permission(request.user):
        panels.append(PostsPanel())
