"""Neighbours of a post in each selection it belongs to, related posts, and pairs of its tags."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

from django.utils.translation import gettext as _

from blog.models import PostPage, Stream
from blog.paths import post_path, selection_path, selection_url, stream_path, tag_path
from blog.rendering.describe import period_name, source_name
from blog.rendering.navigation import name_of
from blog.selections.query import selection_query, stream_query
from blog.selections.selection import Selection
from blog.tagindex import IndexedTag, Neighbours, TagIndex

if TYPE_CHECKING:
    from blog.request import Series

RELATED = 4  # posts


class Title(NamedTuple):
    """Slug and title of a post, for a link."""

    title: str
    address: str


class NeighbourLinks(NamedTuple):
    """The previous and the next post in one selection."""

    label: str
    address: str
    rank: int
    total: int
    newer: Title | None
    older: Title | None
    is_series: bool = False  # the post is one of its parts, by rank


class Way(NamedTuple):
    """A selection or stream by which a reader came to a post; `query` is what keeps it in the links to the next posts."""

    label: str
    selection: Selection
    address: str
    query: str = ""
    is_series: bool = False

    @classmethod
    def of(cls, within: Stream | Selection, index: TagIndex) -> Self:
        if isinstance(within, Stream):
            return cls(within.name, within.selection, stream_path(within.slug), stream_query(within.slug))
        return cls(_in_short(index, within), within, selection_url(within), selection_query(within))


@dataclass(frozen=True, slots=True)
class PostContext:
    """Neighbours in each selection, first where the reader came from; and related posts: those that share most tags."""

    ways: tuple[NeighbourLinks, ...] = ()
    related: tuple[Title, ...] = ()

    @property
    def series(self) -> list[NeighbourLinks]:
        """Return the ways that are series."""
        return [way for way in self.ways if way.is_series]


class Pair(NamedTuple):
    label: str
    address: str
    posts: int  # posts with both tags


def neighbour_links(index: TagIndex, position: int, within: Way | None, series: "Iterable[Series]" = ()) -> PostContext:
    """Return a post's neighbours where the reader came from, in its series, in the blog and in each of its tags; one query."""
    every = Way(_("All notes"), Selection(), selection_path(Selection()))
    mine = [one for one in series if position in index.select(one.selection)]
    parts = [Way(one.name, one.selection, one.address, is_series=True) for one in mine]
    came_by = [within] if within and position in index.select(within.selection) else []
    came_by = [way._replace(is_series=way.address in {part.address for part in parts}) for way in came_by]
    tags = [Way(f"#{tag.name}", Selection((tag.slug,)), tag_path(tag.slug)) for tag in index.tags_of(position)]
    always = [*came_by, every]
    ways = [*came_by, *_unlike(parts, came_by), every, *_unlike(tags, [*came_by, *parts])]
    beside = [(way, index.neighbours(index.select(way.selection), position)) for way in ways]
    found = [(way, there) for way, there in beside if there.total > 1 or way in always]  # one post leads nowhere
    related = index.related(position, RELATED)
    ids = {id_ for _way, there in found for id_ in (there.newer, there.older) if id_ is not None}
    titles = PostPage.objects.titles([*ids.union(related)])
    return PostContext(
        ways=tuple(_around(way, neighbours, titles) for way, neighbours in found),
        related=tuple(_title(*titles[id_]) for id_ in related if id_ in titles),
    )


def _unlike(ways: list[Way], others: list[Way]) -> list[Way]:
    selections = {way.selection for way in others}
    return [way for way in ways if way.selection not in selections]


def _in_short(index: TagIndex, selection: Selection) -> str:
    """Return the label of a selection: “programming + kimonote − email, Ada, 2018”."""
    wanted = " + ".join(name_of(index, tag) for tag in selection.wanted)
    unwanted = "".join(f" − {name_of(index, tag)}" for tag in selection.unwanted)
    author = index.author_name(selection.author)
    return ", ".join(filter(None, [f"{wanted}{unwanted}".strip(), author, source_name(selection), period_name(selection)]))


def _around(way: Way, neighbours: Neighbours, titles: dict[int, tuple[str, str]]) -> NeighbourLinks:
    def title(id_: int | None) -> Title | None:
        return _title(*titles[id_], way.query) if id_ is not None and id_ in titles else None

    newer, older = title(neighbours.newer), title(neighbours.older)
    rank, total = neighbours.rank, neighbours.total
    return NeighbourLinks(way.label, way.address, rank, total, newer, older, is_series=way.is_series and total > 1)


def _title(slug: str, text: str, post_query: str = "") -> Title:
    return Title(text, post_path(slug) + post_query)


def pairs(index: TagIndex, position: int) -> tuple[Pair, ...]:
    """Return the pairs of a post's tags that co-occur in most posts, each in order of their slugs."""
    return tuple(_pair(first, second, count) for first, second, count in index.pairs(position))


def _pair(first: IndexedTag, second: IndexedTag, count: int) -> Pair:
    return Pair(f"{first.name} + {second.name}", selection_path(Selection((first.slug, second.slug))), count)
