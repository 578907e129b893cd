"""Posts in the order of their publication: pages of them, neighbours, years, and where each one stands. Pure."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from blog.tagindex.contents import Numbers
from blog.tagindex.records import Cursor, Neighbours, PageOfIds, Positions
from blog.tagindex.years import Stretch, Years

CHUNK = 1_000  # ids read ahead


@dataclass(frozen=True, eq=False)
class Order:
    """Posts by position in the order of (publication, id), with free positions between them for posts to come.

    What is by position holds at a free one something between its neighbours', so that it is in order throughout.
    """

    everything: Positions  # that are taken
    post_ids: Numbers
    published: Numbers  # microseconds since 1970
    sorted_ids: Numbers
    sorted_positions: Numbers  # by the place of the id among the sorted ones
    years_of_posts: Years

    def __len__(self) -> int:
        return len(self.everything)

    def among(self, ids: Iterable[int]) -> Positions:
        """Give the positions of those posts that are visible."""
        wanted = np.unique(np.fromiter(ids, np.int64))
        _, _, places = np.intersect1d(wanted, self.sorted_ids, assume_unique=True, return_indices=True)
        return positions(np.sort(self.sorted_positions[places]))

    def position(self, post_id: int) -> int | None:
        """Give a post's position; None when it may not be seen. This is the check of who may read it."""
        place = int(np.searchsorted(self.sorted_ids, _alike(post_id, self.sorted_ids)))
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
        position = self.place(cursor)
        return chosen.rank(position - 1) if position else 0

    def place(self, cursor: Cursor) -> int:
        """Give the first position, taken or free, that is not before a cursor."""
        return place_of(cursor, self.published, self.post_ids)

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


def _alike(number: int, numbers: Numbers) -> np.integer[Any]:
    """Give a number in the type of others, among which it is sought: of another type, all of them would be converted."""
    limits = np.iinfo(numbers.dtype)
    found: np.integer[Any] = numbers.dtype.type(min(max(number, limits.min), limits.max))
    return found


def place_of(cursor: Cursor, published: Numbers, post_ids: Numbers) -> int:
    """Give the first position that is not before a cursor."""
    low, high = np.searchsorted(published, [cursor.published, cursor.published + 1])
    return int(low + np.searchsorted(post_ids[low:high], cursor.id))


def positions(rising: Numbers) -> Positions:
    return Positions(array("I", rising.astype(np.uint32, copy=False).tobytes()), optimize=False)


def _just_before(cursor: Cursor | None) -> Cursor | None:
    return cursor and Cursor(cursor.published, cursor.id - 1)


def _just_after(cursor: Cursor | None) -> Cursor | None:
    return cursor and Cursor(cursor.published, cursor.id + 1)


def _counts(chosen: Positions, stretches: dict[int, Stretch]) -> list[tuple[int, int]]:
    counts = ((name, chosen.range_cardinality(*stretch)) for name, stretch in stretches.items())
    return [(name, count) for name, count in sorted(counts, reverse=True) if count]
