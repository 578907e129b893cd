"""Reports: tags that are nearly the same, and tags without posts, with what to do about each beside it."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.reports import ReportView

from blog.admin.tags.counts import orphans, seen_items
from blog.admin.tags.effects import selection_sentences
from blog.admin.tags.history import ForTagManagers
from blog.admin.tags.near_duplicates import near_pairs
from blog.models import Tag
from wagtail_actions.users import admin_user

NEAR, ORPHANS = "near_tags", "orphaned_tags"


class NearTags(NamedTuple):
    """Two tags that may be one: the one with more posts is to stay."""

    source: Tag
    target: Tag

    @property
    def pk(self) -> str:
        return f"{self.source.pk}-{self.target.pk}"


def merge_links(pair: NearTags) -> list[tuple[str, Any]]:
    """Return links to merging either way."""
    return [
        (f"{reverse('tag_merge', args=[one.pk])}?target={other.slug}", _("Merge into “%s”") % other)
        for one, other in ((pair.source, pair.target), (pair.target, pair.source))
    ]


class ActionColumn(Column):
    """A link to what may be done."""

    cell_template_name = "blog/admin/tags/action_cell.html"


class TagReport(ForTagManagers, ReportView):
    header_icon = "tag"
    is_searchable = False
    model = Tag


class NearTagsReport(TagReport):
    page_title = _("Tags of nearly the same name")
    index_url_name = NEAR
    index_results_url_name = f"{NEAR}_results"
    columns = [
        Column("source", label=_("Tag"), accessor="source.name"),
        Column("source_count", label=_("Posts"), accessor="source.post_count", width="10%"),
        Column("target", label=_("Nearly the same"), accessor="target.name"),
        Column("target_count", label=_("Posts"), accessor="target.post_count", width="10%"),
        ActionColumn("do", label=_("Action"), accessor=merge_links),
    ]

    def get_filtered_queryset(self) -> list[NearTags]:
        tags = {tag.name: tag for tag in Tag.objects.all()}
        pairs = [(tags[one], tags[other]) for one, other in near_pairs(tags)]
        named = {tag.pk for pair in pairs for tag in pair}
        counts = dict.fromkeys(named, 0)
        for tag in seen_items(admin_user(self.request)).filter(tag__in=named).values_list("tag", flat=True):
            counts[tag] += 1
        for one in tags.values():
            one.post_count = counts.get(one.pk, 0)
        return [NearTags(*sorted(pair, key=lambda tag: (counts[tag.pk], tag.sort_key))) for pair in pairs]


class OrphansReport(TagReport):
    page_title = _("Tags without posts")
    index_url_name = ORPHANS
    index_results_url_name = f"{ORPHANS}_results"
    columns = [
        Column("name", label=_("Tag")),
        Column("named_by", label=_("Used by"), accessor="named_by"),
        ActionColumn("do", label=_("Action"), accessor=lambda tag: [(reverse("tag_delete", args=[tag.pk]), _("Delete"))]),
    ]

    def get_base_queryset(self) -> QuerySet[Tag]:
        return orphans()

    def decorate_paginated_queryset(self, object_list: Iterable[Tag]) -> list[Tag]:
        tags = list(object_list)
        sentences = selection_sentences([tag.slug for tag in tags])
        for tag in tags:
            tag.named_by = ", ".join(sentences[tag.slug])
        return tags


urls: list[URLPattern] = [
    path(f"tags/{address}{more}", view.as_view(results_only=bool(more)), name=name + suffix)
    for address, view, name in (("near/", NearTagsReport, NEAR), ("without-posts/", OrphansReport, ORPHANS))
    for more, suffix in (("", ""), ("results/", "_results"))
]
