"""The tag cloud: each tag with its listing, its count, and the cloud of co-occurring tags."""

from dataclasses import dataclass
from math import log

from django.conf import settings

from blog.paths import route
from blog.rendering.selection_links import SelectionLinks
from blog.selections.query import query
from blog.selections.selection import Selection
from blog.selections.slugs import in_order
from blog.tagindex import TagIndex

ON_A_PAGE = 2_000  # tags: a quarter of a megabyte of HTML


@dataclass(frozen=True, slots=True)
class CloudTag:
    """A tag in the cloud: its listing, and the cloud of co-occurring tags where more than one post has the tag."""

    name: str
    count: int
    address: str
    further: str | None
    size: int  # 1 to 5, by the logarithm of the count


@dataclass(frozen=True, slots=True)
class Cloud:
    """A page of the tag cloud; pages are by falling count."""

    tags: list[CloudTag]
    found: int  # tags in all
    first: int  # tags on the previous pages


def cloud(index: TagIndex, within: Selection, by_count: bool, page: int = 1) -> Cloud:
    """Return a page of all tags, or of those that co-occur with some; within the page by name or by falling count."""
    counted = index.facets(index.select(within), within.tags, len(index.numbers) + 1) if within else index.tags()
    first = (page - 1) * ON_A_PAGE
    shown = counted[first : first + ON_A_PAGE]
    ordered = shown if by_count else sorted(shown, key=lambda facet: in_order(facet.tag.name))
    most = counted[0].count if counted else 1
    narrowing = len(within) + 1 < settings.TAG_LIMIT
    scale = 4 / log(most) if most > 1 else 0
    within_query, links, cloud_path = query(within.parameters), SelectionLinks(within), route("tags")
    tags = []
    for tag, count in ordered:
        further = f"{cloud_path}?with={links.expression_adding(tag.slug)}" if narrowing and count > 1 else None
        tags.append(CloudTag(tag.name, count, links.adding(tag.slug) + within_query, further, 1 + round(scale * log(count))))
    return Cloud(tags, len(counted), first)
