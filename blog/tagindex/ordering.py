"""Posts in order of publication: keyset pages, neighbours, years, and each post's position. Pure."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from blog.selections.cursor import Cursor
from blog.tagindex.types import IntArray, Neighbours, PageOfIds, Positions
from blog.tagindex.years import PositionRange, YearRanges

CHUNK = 1_000  # ids read ahead


@dataclass(frozen=True, eq=False)
class Ordering:
    """Posts by position in the order of (publication, id), with free positions in between for posts to come.

    Arrays by position stay sorted throughout: a free position holds a value between those of its neighbours.
    """

    all_positions: Positions  # those that hold a post
    post_ids: IntArray
    published: IntArray  # microseconds since 1970
    sorted_ids: IntArray
    sorted_positions: IntArray  # of each of `sorted_ids`
    year_ranges: YearRanges

    def __len__(self) -> int:
        return len(self.all_positions)

    def among(self, ids: Iterable[int]) -> Positions:
        """Return the positions of these posts, without those that are not visible."""
        wanted = np.unique(np.fromiter(ids, np.int64))
        _, _, places = np.intersect1d(wanted, self.sorted_ids, assume_unique=True, return_indices=True)
        return positions(np.sort(self.sorted_positions[places]))

    def position(self, post_id: int) -> int | None:
        """Return a post's position; None when the audience may not see it. This is the access check."""
        place = int(self.sorted_ids.searchsorted(_in_dtype_of(post_id, self.sorted_ids)))
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
        """Return the `length` posts next to a cursor, in reading order; without cursors the first page.

        `before` means older than the cursor and `after` newer, whatever the order.
        """
        first = self._count_older(chosen, Cursor(after.published, after.id + 1)) if after else 0
        end = self._count_older(chosen, before) if before else len(chosen)
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

    def _count_older(self, chosen: Positions, cursor: Cursor) -> int:
        """Return the number of chosen posts that are older than a cursor."""
        position = self.place(cursor)
        return chosen.rank(position - 1) if position else 0

    def place(self, cursor: Cursor) -> int:
        """Return the first position, occupied or free, that is not before a cursor."""
        return lower_bound(cursor, self.published, self.post_ids)

    def cursor(self, position: int) -> Cursor:
        """Return the cursor of the post at a position."""
        return Cursor(int(self.published[position]), int(self.post_ids[position]))

    def _ids(self, positions: list[int]) -> list[int]:
        ids: list[int] = self.post_ids[positions].tolist() if positions else []
        return ids

    def ids(self, chosen: Positions) -> Iterator[int]:
        """Yield every id, the newest first."""
        for end in range(len(chosen), 0, -CHUNK):
            yield from reversed(self._ids(list(chosen[max(0, end - CHUNK) : end])))

    def years(self, chosen: Positions) -> list[tuple[int, int]]:
        """Return (year, number of posts) of each year with any, newest first."""
        return _counts(chosen, self.year_ranges.ranges)

    def years_of(self, post_ids: list[int]) -> list[int]:
        """Return the year of each of these visible posts."""
        places = self.sorted_ids.searchsorted(np.array(post_ids, self.sorted_ids.dtype))
        return self.year_ranges.years_of(self.sorted_positions[places])

    def months(self, chosen: Positions, year: int) -> list[tuple[int, int]]:
        """Return (month, number of posts) of each month of a year with any, newest first."""
        return _counts(chosen, self.year_ranges.months(year))

    def neighbours(self, chosen: Positions, position: int) -> Neighbours:
        """Return the chosen posts next to a position; where it is not chosen itself, its rank is the number of those before."""
        rank, total = chosen.rank(position), len(chosen)
        older = rank - 1 - (position in chosen)
        around = self._ids([chosen[place] for place in (older, rank) if 0 <= place < total])
        return Neighbours(
            newer=around[-1] if rank < total else None, older=around[0] if older >= 0 else None, rank=rank, total=total
        )


def _in_dtype_of(number: int, numbers: IntArray) -> np.integer[Any]:
    """Return a number in the dtype of an array that is searched for it: of another dtype, numpy would convert the array."""
    least, greatest = _limits(numbers.dtype)
    found: np.integer[Any] = numbers.dtype.type(min(max(number, least), greatest))
    return found


@cache
def _limits(dtype: "np.dtype[Any]") -> tuple[int, int]:
    limits = np.iinfo(dtype)
    return int(limits.min), int(limits.max)


def lower_bound(cursor: Cursor, published: IntArray, post_ids: IntArray) -> int:
    """Return the first position that is not before a cursor (binary search)."""
    low, high = np.searchsorted(published, [cursor.published, cursor.published + 1])
    return int(low + np.searchsorted(post_ids[low:high], cursor.id))


def positions(rising: IntArray) -> Positions:
    """Return a bitmap of integers in rising order."""
    return Positions(array("I", rising.astype(np.uint32, copy=False).tobytes()), optimize=False)


def _just_before(cursor: Cursor | None) -> Cursor | None:
    return cursor and Cursor(cursor.published, cursor.id - 1)


def _just_after(cursor: Cursor | None) -> Cursor | None:
    return cursor and Cursor(cursor.published, cursor.id + 1)


def _counts(chosen: Positions, ranges: dict[int, PositionRange]) -> list[tuple[int, int]]:
    counts = ((name, chosen.range_cardinality(*range_of)) for name, range_of in ranges.items())
    return [(name, count) for name, count in sorted(counts, reverse=True) if count]
