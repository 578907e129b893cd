"""The tag index: an immutable snapshot of a blog's visible posts, in which a set of tags costs microseconds. Pure."""

from array import array
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from blog.selection import EXTERNAL, Selection
from blog.tagindex.contents import Numbers
from blog.tagindex.facets import count_facets
from blog.tagindex.records import Cursor, Facet, IndexedTag, Neighbours, PageOfIds, Positions
from blog.tagindex.years import Stretch, Years

NOTHING = Positions()
CHUNK = 1_000  # ids read ahead


@dataclass(frozen=True, eq=False)
class TagIndex:
    """Posts by position in the order of (publication, id); for each tag and author, the positions of its posts.

    Tags are numbered; `tag_list`, `borne_by` and `totals` are by that number. The tags of the post at position p are
    `forward[starts[p]:ends[p]]`.
    """

    revision: int
    version: str  # differs whenever what is visible differs
    changed: datetime
    stale_at: float | None  # seconds since 1970: a post expires, and this snapshot must no longer be used
    everything: Positions
    post_ids: Numbers
    published: Numbers
    sorted_ids: Numbers
    sorted_positions: NDArray[np.uint32]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    forward: NDArray[np.int32]
    tag_list: list[IndexedTag]
    borne_by: list[Positions]
    falling: list[int]  # numbers of tags by falling total
    numbers: dict[str, int]  # by slug
    by_author: dict[str, Positions]
    external: Positions
    years_of_posts: Years

    def __len__(self) -> int:
        return len(self.everything)

    def tag(self, slug: str) -> IndexedTag | None:
        number = self.numbers.get(slug)
        return None if number is None else self.tag_list[number]

    def tags(self) -> list[Facet]:
        """Give every tag that a visible post bears, by falling count."""
        return [Facet(self.tag_list[number], len(self.borne_by[number])) for number in self.falling]

    def authors(self) -> dict[str, int]:
        """Give the authors of visible posts, by handle, with their counts."""
        return {handle: len(theirs) for handle, theirs in self.by_author.items()}

    def unknown(self, selection: Selection) -> tuple[str, ...]:
        """Give the tags of a selection that no visible post bears; an author of none as `@ada`."""
        tags = [tag for tag in selection.tags if tag not in self.numbers]
        author = [f"@{selection.author}"] if selection.author and selection.author not in self.by_author else []
        return (*tags, *author)

    def select(self, selection: Selection, among: Positions | None = None) -> Positions:
        """Give the positions of a selection's posts, perhaps only those `among` others."""
        wanted = [self._borne(tag) for tag in selection.wanted]
        if selection.author:
            wanted.append(self.by_author.get(selection.author, NOTHING))
        if selection.source == EXTERNAL:
            wanted.append(self.external)
        if among is not None:
            wanted.append(among)
        chosen = _all_of(wanted) if wanted else self.everything
        if selection.year is not None:
            chosen = chosen & Positions(range(*self.years_of_posts.stretch(selection.year, selection.month)))
        unwanted = [self._borne(tag) for tag in selection.unwanted]
        if selection.source and selection.source != EXTERNAL:
            unwanted.append(self.external)
        return chosen.difference(*unwanted) if unwanted else chosen

    def _borne(self, slug: str) -> Positions:
        number = self.numbers.get(slug)
        return NOTHING if number is None else self.borne_by[number]

    def among(self, ids: Iterable[int]) -> Positions:
        """Give the positions of those posts that are visible."""
        wanted = np.unique(np.fromiter(ids, np.int64))
        _, _, places = np.intersect1d(wanted, self.sorted_ids, assume_unique=True, return_indices=True)
        return Positions(array("I", np.sort(self.sorted_positions[places]).tobytes()))

    def position(self, post_id: int) -> int | None:
        """Give a post's position; None when it may not be seen. This is the check of who may read it."""
        place = int(np.searchsorted(self.sorted_ids, post_id))
        if place == len(self.sorted_ids) or self.sorted_ids[place] != post_id:
            return None
        return int(self.sorted_positions[place])

    def page(
        self,
        chosen: Positions,
        length: int,
        oldest_first: bool = False,
        before: Cursor | None = None,
        after: Cursor | None = None,
    ) -> PageOfIds:
        """Give the `length` posts next to a cursor, in reading order; without cursors the first page of the order.

        `before` means older than the cursor and `after` newer, whatever the order.
        """
        first = self._older_than(chosen, Cursor(after.published, after.id + 1)) if after else 0
        end = self._older_than(chosen, before) if before else len(chosen)
        from_oldest = after is not None if (after is None) != (before is None) else oldest_first
        if from_oldest:
            end = max(first, min(end, first + length))
        else:
            first = max(first, end - length)
        found = list(chosen[first:end]) if first < end else []
        return PageOfIds(
            self._ids(found if oldest_first else found[::-1]),
            newer=(self.cursor(found[-1]) if found else _just_before(before)) if end < len(chosen) else None,
            older=(self.cursor(found[0]) if found else _just_after(after)) if first > 0 else None,
        )

    def _older_than(self, chosen: Positions, cursor: Cursor) -> int:
        """Give the number of chosen posts that are older than a cursor."""
        low, high = np.searchsorted(self.published, [cursor.published, cursor.published + 1])
        position = int(low + np.searchsorted(self.post_ids[low:high], cursor.id))
        return chosen.rank(position - 1) if position else 0

    def cursor(self, position: int) -> Cursor:
        """Give the place of the post at a position."""
        return Cursor(int(self.published[position]), int(self.post_ids[position]))

    def _ids(self, positions: list[int]) -> list[int]:
        ids: list[int] = self.post_ids[positions].tolist() if positions else []
        return ids

    def ids(self, chosen: Positions, oldest_first: bool = False) -> Iterator[int]:
        """Give every id in reading order, a chunk at a time."""
        for start in range(0, len(chosen), CHUNK):
            end = min(start + CHUNK, len(chosen))
            if oldest_first:
                yield from self._ids(list(chosen[start:end]))
            else:
                yield from reversed(self._ids(list(chosen[len(chosen) - end : len(chosen) - start])))

    def facets(self, chosen: Positions, leave: Collection[str] = (), most: int = 30) -> list[Facet]:
        """Give the tags that narrow these posts, other than `leave`, with exact counts: the `most` of highest count."""
        return count_facets(self, chosen, frozenset(leave), most)

    def years(self, chosen: Positions) -> list[tuple[int, int]]:
        """Give the years with posts and their counts, newest first."""
        return _counts(chosen, self.years_of_posts.stretches)

    def months(self, chosen: Positions, year: int) -> list[tuple[int, int]]:
        """Give the months of a year with posts and their counts, newest first."""
        return _counts(chosen, self.years_of_posts.months(year))

    def neighbours(self, chosen: Positions, position: int) -> Neighbours:
        """Give the posts around a position, which need not be chosen: then its rank is the number of those before."""
        rank, total = chosen.rank(position), len(chosen)
        older = rank - 1 - (position in chosen)
        around = self._ids([chosen[place] for place in (older, rank) if 0 <= place < total])
        return Neighbours(
            newer=around[-1] if rank < total else None, older=around[0] if older >= 0 else None, rank=rank, total=total
        )

    def tag_numbers(self, position: int) -> list[int]:
        numbers: list[int] = self.forward[self.starts[position] : self.ends[position]].tolist()
        return numbers

    def tags_of(self, position: int) -> list[IndexedTag]:
        """Give a post's tags by slug."""
        return sorted((self.tag_list[number] for number in self.tag_numbers(position)), key=lambda tag: tag.slug)

    def pairs(self, position: int, most: int = 5) -> list[tuple[IndexedTag, IndexedTag, int]]:
        """Give the pairs of a post's tags that have most posts in common, at least two."""
        numbers = [self.numbers[tag.slug] for tag in self.tags_of(position)]
        common = [(self.borne_by[a].intersection_cardinality(self.borne_by[b]), a, b) for a, b in combinations(numbers, 2)]
        common.sort(key=lambda found: -found[0])  # stable: then by slug
        return [(self.tag_list[a], self.tag_list[b], count) for count, a, b in common[:most] if count > 1]


def _all_of(wanted: list[Positions]) -> Positions:
    chosen, *others = sorted(wanted, key=len)
    for other in others:
        chosen = chosen & other
    return chosen


def _just_before(cursor: Cursor | None) -> Cursor | None:
    return cursor and Cursor(cursor.published, cursor.id - 1)


def _just_after(cursor: Cursor | None) -> Cursor | None:
    return cursor and Cursor(cursor.published, cursor.id + 1)


def _counts(chosen: Positions, stretches: dict[int, Stretch]) -> list[tuple[int, int]]:
    counts = ((name, chosen.range_cardinality(*stretch)) for name, stretch in stretches.items())
    return [(name, count) for name, count in sorted(counts, reverse=True) if count]
