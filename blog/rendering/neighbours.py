"""Neighbours of a post in each selection it belongs to, related posts, and pairs of its tags."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from blog.models import PostPage
from blog.paths import post_path, selection_path, selection_url
from blog.rendering.navigation import name_of
from blog.selections.query import selection_query
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
class PostContext:
    """Neighbours in each selection, and related posts: those that share most tags."""

    ways: tuple[NeighbourLinks, ...] = ()
    related: tuple[Title, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    label: str
    address: str
    posts: int  # posts with both tags


def neighbour_links(index: TagIndex, position: int, within: Selection | None) -> PostContext:
    """Return a post's neighbours in the blog, in the selection of `?in=` and in each of its tags; one query."""
    sets = [(_("All notes"), Selection())]
    if within:
        sets.append((_in_short(index, within), within))
    always = len(sets)
    for tag in index.tags_of(position):
        selection = Selection.of([tag.slug])
        if selection != within:
            sets.append((f"#{tag.name}", selection))
    beside = [(label, selection, index.neighbours(index.select(selection), position)) for label, selection in sets]
    found = beside[:always] + [way for way in beside[always:] if way[2].total > 1]  # a tag with one post has no neighbours
    related = index.related(position, RELATED)
    ids = {id_ for *_set, there in found for id_ in (there.newer, there.older) if id_ is not None}
    titles = PostPage.objects.titles([*ids.union(related)])
    return PostContext(
        ways=tuple(_around(label, selection, neighbours, titles, within) for label, selection, neighbours in found),
        related=tuple(_title(*titles[id_]) for id_ in related if id_ in titles),
    )


def _in_short(index: TagIndex, selection: Selection) -> str:
    """Return the label of a selection: “programming + kimonote − email”."""
    wanted = " + ".join(name_of(index, tag) for tag in selection.wanted)
    unwanted = "".join(f" − {name_of(index, tag)}" for tag in selection.unwanted)
    return f"{wanted}{unwanted}".strip() or str(selection)


def _around(
    label: str, selection: Selection, neighbours: Neighbours, titles: dict[int, tuple[str, str]], within: Selection | None
) -> NeighbourLinks:
    post_query = selection_query(selection) if selection == within else ""

    def title(id_: int | None) -> Title | None:
        if id_ is None or id_ not in titles:
            return None
        return _title(*titles[id_], post_query)

    newer, older = title(neighbours.newer), title(neighbours.older)
    return NeighbourLinks(label, selection_url(selection), neighbours.rank, neighbours.total, newer, older)


def _title(slug: str, text: str, post_query: str = "") -> Title:
    return Title(text, post_path(slug) + post_query)


def pairs(index: TagIndex, position: int) -> tuple[Pair, ...]:
    """Return the pairs of a post's tags that co-occur in most posts."""
    return tuple(_pair(first, second, count) for first, second, count in index.pairs(position))


def _pair(first: IndexedTag, second: IndexedTag, count: int) -> Pair:
    return Pair(f"{first.name} + {second.name}", selection_path(Selection.of([first.slug, second.slug])), count)
