"""The list of tags in dictionary order, and the form of one, whose renaming can be undone."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.encoding import uri_to_iri
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column, DateColumn
from wagtail.admin.widgets.button import Button
from wagtail.snippets.views.snippets import EditView, IndexView, SnippetViewSet

from blog.admin.choosers import TagChooserViewSet
from blog.admin.deleting import DeleteNamed
from blog.admin.tags.actions import may_manage_tags
from blog.admin.tags.counts import counted
from blog.admin.tags.done import ReportsTagError, done_message, say_done
from blog.admin.tags.effects import stays
from blog.admin.tags.history import HISTORY
from blog.admin.tags.reports import NEAR, ORPHANS
from blog.models import Pin, Tag, TagAlias
from blog.paths import tag_path
from blog.selections.selection import Selection
from blog.selections.slugs import fold_name
from blog.services.tags import delete_tag, save_renamed
from wagtail_actions.users import admin_user

NAMED = ("merge", "split", "alias")
LABELS = {"merge": _("Merge"), "split": _("Split"), "alias": _("Add old name")}
ICONS = {"merge": "collapse-up", "split": "expand-right", "alias": "plus"}


class LinkColumn(Column):
    """A link to the tag's posts, where it has any that the member may see."""

    cell_template_name = "blog/admin/tags/link_cell.html"

    def __init__(self, name: str, address: Callable[[Tag], str], **options: Any) -> None:
        super().__init__(name, **options)
        self.address = address

    def get_cell_context_data(self, instance: Tag, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        return {**context, "address": self.address(instance)}


def listing_of(tag: Tag) -> str:
    """Return the address of the listing of a tag's posts in the admin."""
    return f"{reverse('posts:index')}?{urlencode({'tags': tag.slug})}"


def public_path(tag: Any) -> str:
    """Return the path of a tag's posts as readers see them; "" where there are none."""
    return tag_path(tag.slug) if tag.post_count else ""


def old_names(tag: Tag) -> str:
    """Return a tag's old names."""
    return ", ".join(alias.slug for alias in tag.aliases.all())


class TagIndexView(IndexView):
    """The list, with links to the history and the reports."""

    @cached_property
    def columns(self) -> list[Column]:
        """Return them without boxes for whoever may do nothing with what is ticked."""
        columns: list[Column] = super().columns
        return [one for one in columns if may_manage_tags(self.request.user) or not isinstance(one, BulkActionsCheckboxColumn)]

    def _get_title_column(self, *args: Any, **kwargs: Any) -> Any:
        return super()._get_title_column(*args, **kwargs, width="22%")

    @property
    def header_more_buttons(self) -> list[Button]:
        if not may_manage_tags(self.request.user):
            return list(super().header_more_buttons)
        reports = (
            (NEAR, _("Nearly the same"), "copy"),
            (ORPHANS, _("Without posts"), "warning"),
            (HISTORY, _("History"), "history"),
        )
        return [
            *super().header_more_buttons,
            *(Button(label, url=reverse(name), icon_name=icon, priority=50) for name, label, icon in reports),
        ]

    def search_queryset(self, queryset: QuerySet[Tag]) -> QuerySet[Tag]:
        """Return the tags with this text in their name, slug or an old name."""
        if not self.is_searching:
            return queryset
        text = fold_name(self.search_query)
        former = TagAlias.objects.filter(slug__contains=text).values("tag")
        return queryset.filter(Q(folded_name__contains=text) | Q(slug__contains=text) | Q(pk__in=former))

    def get_list_more_buttons(self, instance: Tag) -> list[Any]:
        buttons: list[Any] = super().get_list_more_buttons(instance)
        if not may_manage_tags(self.request.user):
            return buttons
        return [
            *buttons,
            *(Button(LABELS[name], url=reverse(f"tag_{name}", args=[instance.pk]), icon_name=ICONS[name]) for name in NAMED),
        ]


class TagEditView(ReportsTagError, EditView):
    """Wagtail's form; a new name or slug is one of the operations that can be undone."""

    @property
    def header_more_buttons(self) -> list[Button]:
        buttons: list[Button] = list(super().header_more_buttons)
        if may_manage_tags(self.request.user):
            buttons += [
                Button(LABELS[name], url=reverse(f"tag_{name}", args=[self.object.pk]), icon_name=ICONS[name], priority=15)
                for name in NAMED
            ]
            for alias in self.object.aliases.order_by("slug"):
                address = f"{reverse('tag_split', args=[self.object.pk])}?name={alias.slug}"
                buttons.append(Button(_("Split off again: %s") % alias.slug, url=address, icon_name="rotate", priority=16))
        return buttons

    def save_instance(self) -> Tag:
        before = Tag.objects.filter(pk=self.form.instance.pk).values_list("name", "slug").first()
        if before == (self.form.instance.name, self.form.instance.slug):
            unchanged: Tag = super().save_instance()
            return unchanged
        left = stays([before[1]], Selection.of([self.form.instance.slug])) if before else []
        say_done(self.request, save_renamed(self.form.instance, self.request.user))
        for sentence in left:
            messages.warning(self.request, sentence)
        saved: Tag = super().save_instance()
        return saved


class TagDeleteView(ReportsTagError, DeleteNamed):
    """Deletes a tag, as an operation that can be undone; the form asks where its addresses are to lead."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return HttpResponseRedirect(reverse("tag_delete", args=[self.object.pk]))

    def delete_action(self) -> None:
        self.operation = delete_tag(self.object, self.request.user)

    def get_success_message(self) -> str:
        return done_message(self.request, self.operation)


class TagViewSet(SnippetViewSet):
    model = Tag
    chooser_viewset_class = TagChooserViewSet
    index_view_class = TagIndexView
    edit_view_class = TagEditView
    delete_view_class = TagDeleteView
    copy_view_enabled = False  # no two tags have one name or slug
    icon = "tag"
    menu_label = _("Tags")
    list_display = [
        "name",
        LinkColumn("post_count", listing_of, label=_("Posts"), sort_key="post_count", width="8%"),
        DateColumn("first_use", label=_("First use"), sort_key="first_use", width="10%"),
        DateColumn("last_use", label=_("Last use"), sort_key="last_use", width="10%"),
        Column("old_names", label=_("Old names"), accessor=old_names),
        Column("described", label=_("Description"), accessor=lambda tag: Truncator(tag.description).chars(60)),
        Column("order", label=_("Order"), accessor=lambda tag: tag.get_order_display(), width="8%"),
        Column("pinned", label=_("Start here"), accessor=lambda tag: len(tag.pins.all()) or "", width="6%"),
        LinkColumn("public", public_path, label=_("Notes"), accessor=lambda tag: uri_to_iri(public_path(tag)), width="8%"),
    ]
    search_fields = ["name", "slug"]
    search_backend_name = None
    list_per_page = 100
    ordering = ["sort_key"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        return counted(admin_user(request)).prefetch_related("aliases", Prefetch("pins", Pin.objects.only("pk", "tag_id")))
