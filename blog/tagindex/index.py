"""The tag index: an immutable snapshot of a blog's visible posts, in which a set of tags costs microseconds. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from blog.selection import EXTERNAL, Selection
from blog.tagindex.contents import Numbers
from blog.tagindex.facets import count_facets
from blog.tagindex.order import Order, positions
from blog.tagindex.records import Facet, IndexedTag, Positions
from blog.tagindex.related import find_related

NOTHING = Positions()


@dataclass(frozen=True, eq=False)
class TagIndex(Order):
    """Posts in order, with their tags, authors and sources.

    Tags are numbered, the commonest first when the index was built; so are authors. The tags of the post at position p are
    `forward[starts[p] : starts[p] + lengths[p]]`, its author `bylines[p] >> 1`, and `bylines[p] & 1` says that it is external.
    """

    revision: int
    version: str  # differs whenever what is visible differs
    changed: datetime  # when the revision was last raised
    stale_at: float | None  # seconds since 1970: a post expires, and this snapshot must no longer be used
    hidden: frozenset[int]  # see Contents
    expiring: dict[int, float]

    bylines: Numbers
    starts: Numbers
    lengths: Numbers
    forward: Numbers

    tag_list: list[IndexedTag]
    numbers: dict[str, int]  # of the tags that are borne, by slug
    totals: Numbers
    slug_ranks: Numbers  # the place of each tag's slug among all slugs
    bitmaps: dict[int, Positions]  # the positions of each tag that many posts bear …
    rare: NDArray[np.uint32]  # … and of every other, `rare[rare_starts[n] : rare_starts[n + 1]]`
    rare_starts: Numbers
    together: NDArray[np.int32]  # how many posts bear both of two of the commonest tags

    handles: list[str]
    by_author: list[Positions]
    external: Positions

    def tag(self, slug: str) -> IndexedTag | None:
        number = self.numbers.get(slug)
        return None if number is None else self.tag_list[number]

    def tags(self) -> list[Facet]:
        """Give every tag that a visible post bears, by falling count, then by slug."""
        order = np.lexsort((self.slug_ranks, -self.totals))[: len(self.numbers)]
        return [Facet(self.tag_list[number], total) for number, total in zip(order, self.totals[order].tolist(), strict=True)]

    def authors(self) -> dict[str, int]:
        """Give the authors of visible posts, by handle, with their counts."""
        return {handle: len(theirs) for handle, theirs in zip(self.handles, self.by_author, strict=True) if theirs}

    def unknown(self, selection: Selection) -> tuple[str, ...]:
        """Give the tags of a selection that no visible post bears; an author of none as `@ada`."""
        tags = [tag for tag in selection.tags if tag not in self.numbers]
        author = [f"@{selection.author}"] if selection.author and not self._by(selection.author) else []
        return (*tags, *author)

    def select(self, selection: Selection, among: Positions | None = None) -> Positions:
        """Give the positions of a selection's posts, perhaps only those `among` others."""
        wanted = [self._borne(tag) for tag in selection.wanted]
        if selection.author:
            wanted.append(self._by(selection.author))
        if selection.source == EXTERNAL:
            wanted.append(self.external)
        if among is not None:
            wanted.append(among)
        if selection.year is not None:
            wanted.append(Positions(range(*self.years_of_posts.stretch(selection.year, selection.month))))
        chosen = _all_of(wanted) if wanted else self.everything
        if selection.year is not None and len(wanted) == 1:
            chosen = chosen & self.everything
        unwanted = [self._borne(tag) for tag in selection.unwanted]
        if selection.source and selection.source != EXTERNAL:
            unwanted.append(self.external)
        return chosen.difference(*unwanted) if unwanted else chosen

    def borne_by(self, number: int) -> Positions:
        """Give the positions of the posts that bear a tag."""
        common = self.bitmaps.get(number)
        if common is not None:
            return common
        return positions(self.rare[self.rare_starts[number] : self.rare_starts[number + 1]])

    def _borne(self, slug: str) -> Positions:
        number = self.numbers.get(slug)
        return NOTHING if number is None else self.borne_by(number)

    def _by(self, handle: str) -> Positions:
        return self.by_author[self.handles.index(handle)] if handle in self.handles else NOTHING

    def facets(self, chosen: Positions, leave: Collection[str] = (), most: int = 30) -> list[Facet]:
        """Give the tags that narrow these posts, other than `leave`, with exact counts: the `most` of highest count."""
        return count_facets(self, chosen, leave, most)

    def tag_numbers(self, position: int) -> list[int]:
        start = int(self.starts[position])
        numbers: list[int] = self.forward[start : start + int(self.lengths[position])].tolist()
        return numbers

    def tags_of(self, position: int) -> list[IndexedTag]:
        """Give a post's tags by slug."""
        return sorted((self.tag_list[number] for number in self.tag_numbers(position)), key=lambda tag: tag.slug)

    def author_of(self, position: int) -> str | None:
        """Give the handle of a post's author."""
        return self.handles[int(self.bylines[position]) >> 1] or None

    def pairs(self, position: int, most: int = 5) -> list[tuple[IndexedTag, IndexedTag, int]]:
        """Give the pairs of a post's tags that have most posts in common, at least two."""
        borne = [(tag, self._borne(tag.slug)) for tag in self.tags_of(position)]
        common = [(a, b, theirs.intersection_cardinality(others)) for (a, theirs), (b, others) in combinations(borne, 2)]
        common.sort(key=lambda pair: -pair[2])  # stable: then by slug
        return [pair for pair in common[:most] if pair[2] > 1]

    def related(self, position: int, most: int = 4) -> list[int]:
        """Give the ids of the posts whose tags in common with one say most."""
        return self._ids(find_related(self, position, most))


def _all_of(wanted: list[Positions]) -> Positions:
    chosen, *others = sorted(wanted, key=len)
    for other in others:
        chosen = chosen & other
    return chosen
