"""Neighbours of a post in each selection it belongs to, related posts, and pairs of its tags."""

from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _

from blog.models import PostPage, Stream
from blog.paths import post_path, selection_path, selection_url, stream_path
from blog.rendering.describe import period_name, source_name
from blog.rendering.navigation import name_of
from blog.selections.query import selection_query, stream_query
from blog.selections.selection import Selection
from blog.tagindex import IndexedTag, Neighbours, TagIndex

RELATED = 4  # posts


@dataclass(frozen=True, slots=True)
class Title:
    """Slug and title of a post, for a link."""

    title: str
    address: str


@dataclass(frozen=True, slots=True)
class NeighbourLinks:
    """The previous and the next post in one selection."""

    label: str
    address: str
    rank: int
    total: int
    newer: Title | None
    older: Title | None


@dataclass(frozen=True, slots=True)
class Way:
    """A selection or stream by which a reader came to a post; `query` is what keeps it in the links to the next posts."""

    label: str
    selection: Selection
    address: str
    query: str = ""

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


@dataclass(frozen=True, slots=True)
class Pair:
    label: str
    address: str
    posts: int  # posts with both tags


def neighbour_links(index: TagIndex, position: int, within: Way | None) -> PostContext:
    """Return a post's neighbours where the reader came from, in the blog and in each of its tags; one query."""
    every = Way(_("All notes"), Selection(), selection_path(Selection()))
    came_by = [within] if within and position in index.select(within.selection) else []
    tags = [Way(f"#{tag.name}", chosen := Selection.of([tag.slug]), selection_path(chosen)) for tag in index.tags_of(position)]
    others = [way for way in tags if not came_by or way.selection != came_by[0].selection]
    beside = [(way, index.neighbours(index.select(way.selection), position)) for way in (*came_by, every, *others)]
    found = [(way, there) for way, there in beside if there.total > 1 or way not in others]  # a tag of one post leads nowhere
    related = index.related(position, RELATED)
    ids = {id_ for _way, there in found for id_ in (there.newer, there.older) if id_ is not None}
    titles = PostPage.objects.titles([*ids.union(related)])
    return PostContext(
        ways=tuple(_around(way, neighbours, titles) for way, neighbours in found),
        related=tuple(_title(*titles[id_]) for id_ in related if id_ in titles),
    )


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
    return NeighbourLinks(way.label, way.address, neighbours.rank, neighbours.total, newer, older)


def _title(slug: str, text: str, post_query: str = "") -> Title:
    return Title(text, post_path(slug) + post_query)


def pairs(index: TagIndex, position: int) -> tuple[Pair, ...]:
    """Return the pairs of a post's tags that co-occur in most posts."""
    return tuple(_pair(first, second, count) for first, second, count in index.pairs(position))


def _pair(first: IndexedTag, second: IndexedTag, count: int) -> Pair:
    return Pair(f"{first.name} + {second.name}", selection_path(Selection.of([first.slug, second.slug])), count)
