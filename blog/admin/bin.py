"""The bin in the admin: its listing, a button to restore a post, deleting for good, and what Wagtail's own deletion becomes."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column, DateColumn, UserColumn
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.base import ViewSet
from wagtail.models import Page, ReferenceIndex
from wagtail.permissions import policy_registry

from blog.admin.columns import FormColumn
from blog.admin.many import AT_ONCE, PAGE_RIGHTS, start_many
from blog.models import BinnedPost, PostPage
from blog.services.bin import Restored, delete_for_good, move_to_bin, restore
from jobs.admin.tools import to_job
from wagtail_actions.many import BulkButtons
from wagtail_actions.users import admin_user

RESTORE = "binnedpost_restore"  # the kind of job: `blog.admin.bin_many` has what it does
RESTORED = ngettext_lazy("%(count)d post is restored.", "%(count)d posts are restored.", "count")
IN_BIN = ngettext_lazy("%(count)d post is in the bin.", "%(count)d posts are in the bin.", "count")


class RestoreColumn(FormColumn):
    """The buttons of a post in the bin."""

    cell_template_name = "blog/admin/bin_buttons.html"


class TitleColumn(Column):
    """The title of a post, by which its checkbox is named."""

    cell_template_name = "blog/admin/bin_title.html"


class BinIndexView(BulkButtons, IndexView):
    """The posts of the bin that the user may restore, the one moved last first."""

    model = BinnedPost
    template_name = "blog/admin/bin.html"
    page_title = gettext_lazy("Bin")
    header_icon = "bin"
    index_url_name = "bin:index"
    index_results_url_name = "bin:index_results"
    any_permission_required = PAGE_RIGHTS
    paginate_by = 50
    is_searchable = True
    default_ordering = "-binned_at"

    @cached_property
    def permission_policy(self) -> Any:
        return policy_registry.get_by_type(Page)

    @cached_property
    def columns(self) -> list[Any]:
        return [
            BulkActionsCheckboxColumn("bulk_actions", obj_type="binnedpost"),
            TitleColumn("title", label=_("Title"), accessor="post.draft_title", sort_key="post__draft_title"),
            RestoreColumn("buttons", label=_("Action")),
            Column("state", label=_("Status"), accessor=lambda entry: _("live") if entry.was_live else _("draft")),
            UserColumn("binned_by", label=_("By"), blank_display_name=_("the system")),
            DateColumn("binned_at", label=_("Moved to the bin"), sort_key="binned_at"),
            Column("days_left", label=_("Days left")),
        ]

    def get_base_queryset(self) -> QuerySet[BinnedPost]:
        return BinnedPost.objects.restorable_by(admin_user(self.request)).select_related(
            "post", "binned_by__wagtail_userprofile"
        )

    def search_queryset(self, queryset: QuerySet[BinnedPost]) -> QuerySet[BinnedPost]:
        return queryset.filter(post__draft_title__icontains=self.search_query) if self.is_searching else queryset

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        posts = {"url": reverse("posts:index"), "label": _("Posts")}
        return [posts, {"url": "", "label": _("Bin")}]


class BinViewSet(ViewSet):
    """The bin, reached from the listing of posts."""

    name = "bin"

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", self.construct_view(BinIndexView), name="index"),
            path("results/", self.construct_view(BinIndexView, results_only=True), name="index_results"),
            path("restore/<uuid:batch>/", restore_batch, name="restore_batch"),
            path("<int:pk>/restore/", restore_one, name="restore"),
            path("<int:pk>/delete/", delete_one, name="delete"),
        ]

    def register_menu_item(self) -> None:
        """Register none: the listing of posts has a button."""


@require_POST
def restore_batch(request: HttpRequest, batch: UUID) -> HttpResponse:
    """Undo one deletion: restore the posts that it moved, as far as the user may, and go back to the posts."""
    entries = list(restorable(request).filter(batch=batch))
    if len(entries) > AT_ONCE:
        return to_job(start_many(RESTORE, request.user, [entry.pk for entry in entries], {}))
    say_restored(request, restore(entries, request.user))
    return redirect(get_valid_next_url_from_request(request) or "posts:index")


@require_POST
def restore_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Restore a post of the bin."""
    entry = get_object_or_404(restorable(request), pk=pk)
    say_restored(request, restore([entry], request.user))
    return redirect("bin:index")


def delete_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether a post is to be deleted for good; do it where that is confirmed."""
    entry = get_object_or_404(restorable(request), pk=pk)
    if request.method != "POST":
        return TemplateResponse(request, "blog/admin/delete_for_good.html", {"entry": entry})
    title = entry.post.draft_title
    delete_for_good([entry], request.user)
    messages.success(request, _("“%s” is deleted for good.") % title)
    return redirect("bin:index")


def restorable(request: HttpRequest) -> QuerySet[BinnedPost]:
    """Return the posts of the bin that the user of a request may restore."""
    return BinnedPost.objects.restorable_by(admin_user(request))


def say_restored(request: HttpRequest, restored: list[Restored]) -> None:
    """Show how many posts are back, and which have another slug than they had."""
    if not restored:
        messages.warning(request, _("Nothing is restored: these posts are no longer in the bin."))
        return
    messages.success(request, RESTORED % {"count": len(restored)})
    if changes := new_addresses(restored):
        messages.warning(request, changes)


def new_addresses(restored: list[Restored]) -> str:
    """Return a sentence on the posts whose slug is another's by now; "" where there are none."""
    changes = ", ".join(_("“%s”") % post.title + f": /{post.slug}/" for post in restored if post.former_slug)
    return _("Another post has their address meanwhile, so they have a new one: %s.") % changes if changes else ""


def say_binned(request: HttpRequest, batch: UUID, count: int, address: str = "") -> None:
    """Show how many posts are in the bin now, with a button that restores them."""
    context = {"words": IN_BIN % {"count": count}, "batch": batch, "next": address}
    messages.success(request, render_to_string("blog/admin/binned_message.html", context, request))


def bin_deleted_page(request: HttpRequest, page: Page) -> HttpResponseBase | None:
    """Have a post moved to the bin where Wagtail would delete it: a receiver of its hook, in its view."""
    if not isinstance(page, PostPage):
        return None
    address = get_valid_next_url_from_request(request)
    if request.method != "POST":
        usage = {
            "usage_url": reverse("wagtailadmin_pages:usage", args=[page.pk]),
            "usage_count": ReferenceIndex.get_references_to(page).group_by_source_object().count(),
            "model_opts": page._meta,
        }
        return TemplateResponse(request, "blog/admin/confirm_bin.html", {"page": page, "next": address, **usage})
    batch = move_to_bin([page.pk], request.user)
    say_binned(request, batch, 1, address)
    return redirect(address or "posts:index")


def may_bin(user: User, post: Page) -> bool:
    """Return whether a user may delete a post, by Wagtail's rules for a page without any below it, which need no query."""
    rights = post.permissions_for_user(user)
    if not user.is_active or post.numchild:
        return False
    if user.is_superuser:
        return True
    is_hidden = "publish" in rights.permissions or not post.live
    return is_hidden and ("change" in rights.permissions or ("add" in rights.permissions and post.owner_id == user.pk))


def log_actions(actions: Any) -> None:
    """Name our actions in Wagtail's log: a receiver of its hook."""
    actions.register_action("blog.bin", gettext_lazy("Move to the bin"), gettext_lazy("Moved to the bin"))
    actions.register_action("blog.undo", gettext_lazy("Undo"), gettext_lazy("Undid a change of many posts"))
    actions.register_action("blog.restore", gettext_lazy("Restore from the bin"), gettext_lazy("Restored from the bin"))
