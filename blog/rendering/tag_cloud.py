"""The tag cloud: each tag with its listing, its count, and the cloud of co-occurring tags."""

from dataclasses import dataclass
from math import log

from django.conf import settings

from blog.paths import route
from blog.rendering.selection_links import SelectionLinks
from blog.resolve import similar
from blog.selections.query import query
from blog.selections.selection import Selection
from blog.selections.slugs import in_order
from blog.tagindex import Facet, TagIndex

ON_A_PAGE = 2_000  # tags: a quarter of a megabyte of HTML
OTHERS = "#"
MANY = 60  # tags by name, from which on initial letters lead to them


@dataclass(frozen=True, slots=True)
class CloudTag:
    """A tag in the cloud: its listing, and the cloud of co-occurring tags where more than one post has the tag."""

    name: str
    count: int
    address: str
    further: str | None
    size: int  # 1 to 5, by the logarithm of the count

    @property
    def initial(self) -> str:
        """Return the letter under which a dictionary has the name; “#” of names that begin otherwise."""
        first = in_order(self.name)[0][:1].upper()
        return first if first.isalpha() else OTHERS


@dataclass(frozen=True, slots=True)
class Cloud:
    """A page of the tag cloud; pages are by falling count."""

    tags: list[CloudTag]
    found: int  # tags in all
    first: int  # tags on the previous pages
    is_similar: bool = False  # no name contains what was sought: these are similar

    @property
    def initials(self) -> dict[str, CloudTag]:
        """Return the first tag of each initial, of many tags by name."""
        first: dict[str, CloudTag] = {}
        for tag in self.tags if len(self.tags) >= MANY else ():
            first.setdefault(tag.initial, tag)
        return first


def cloud(index: TagIndex, within: Selection, by_count: bool, page: int = 1, sought: str = "") -> Cloud:
    """Return a page of all tags, or of those that co-occur with some; within the page by name or by falling count.

    With `sought`, of those whose names contain it, or else are similar.
    """
    counted = index.facets(index.select(within), within.tags, len(index.numbers) + 1) if within else index.tags()
    containing = [facet for facet in counted if in_order(sought)[0] in in_order(facet.tag.name)[0]] if sought else counted
    is_similar = not containing and bool(counted)
    counted = _similar(counted, sought) if is_similar else containing
    first = (page - 1) * ON_A_PAGE
    shown = counted[first : first + ON_A_PAGE]
    ordered = shown if by_count else sorted(shown, key=lambda facet: in_order(facet.tag.name))
    most = counted[0].count if counted else 1
    narrowing = len(within) + 1 < settings.TAG_LIMIT
    scale = 4 / log(most) if most > 1 else 0
    within_query, links = query(within.parameters), SelectionLinks(within)
    clouds = SelectionLinks(within, route("tags") + "?with={expression}")
    tags = []
    for tag, count in ordered:
        further = clouds.adding(tag.slug) if narrowing and count > 1 else None
        tags.append(CloudTag(tag.name, count, links.adding(tag.slug) + within_query, further, 1 + round(scale * log(count))))
    return Cloud(tags, len(counted), first, is_similar)


def _similar(counted: list[Facet], sought: str) -> list[Facet]:
    """Return the tags with names similar to what is sought, by falling count."""
    near = {*similar(in_order(sought)[0], (in_order(facet.tag.name)[0] for facet in counted))}
    return [facet for facet in counted if in_order(facet.tag.name)[0] in near]
