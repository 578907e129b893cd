"""A gap buffer of posts: the arrays of an index by position, while posts are inserted and removed. Pure."""

from collections.abc import Callable
from typing import Any

import numpy as np
from pyroaring import BitMap

from blog.selections.cursor import Cursor
from blog.tagindex.index import TagIndex
from blog.tagindex.ordering import lower_bound
from blog.tagindex.types import IndexData, IntArray, Positions

MAX_SHIFT = 1_000  # posts shifted to open a gap for one
GROWTH = 64  # positions added at the end when it is full


class GapBuffer:
    """Copies of an index's arrays by position; `toggle` gets a position before a post leaves it and after one comes."""

    def __init__(self, index: TagIndex, data: IndexData, toggle: Callable[[int], None]) -> None:
        self.old, self.toggle = index, toggle
        tags = len(data.post_tags)
        bylines = len(index.byline_authors) + len(data.posts)
        self.post_ids = _copy(index.post_ids, int(data.posts.max(initial=0)))
        self.published = index.published.copy()
        self.bylines = _copy(index.bylines, 2 * bylines + 1)
        self.forward_starts = _copy(index.forward_starts, len(index.forward_index) + tags)
        self.forward_lengths = _copy(index.forward_lengths, tags)
        self.occupied = BitMap(index.all_positions)
        self.appended: list[int] = []  # tag numbers, to be appended to `forward_index`
        self.new_positions: dict[int, int | None] = {}  # of shifted posts; None for removed ones
        self.largest_tag = len(index.tag_list) + tags

    def position(self, post: int) -> int | None:
        return self.new_positions[post] if post in self.new_positions else self.old.position(post)

    def tags_at(self, position: int) -> list[int]:
        """Return the numbers of the tags of the post at a position."""
        start, length = int(self.forward_starts[position]), int(self.forward_lengths[position])
        forward_index = self.old.forward_index
        if start < len(forward_index):
            numbers: list[int] = forward_index[start : start + length].tolist()
            return numbers
        return self.appended[start - len(forward_index) : start - len(forward_index) + length]

    def remove(self, post: int, position: int) -> None:
        self.occupied.remove(position)
        self.forward_lengths[position] = 0
        self.new_positions[post] = None

    def insert(self, position: int, post: int, byline: int, tags: list[int]) -> None:
        """Insert a post at a free position given by `open_gap`."""
        self.bylines[position] = byline
        self.forward_starts[position] = len(self.old.forward_index) + len(self.appended)
        self.forward_lengths[position] = len(tags)
        self.appended += tags
        self.occupied.add(position)
        self.new_positions[post] = position

    def open_gap(self, cursor: Cursor) -> int | None:
        """Return a free position where a post belongs, shifting posts up to the nearest gap; None beyond MAX_SHIFT posts."""
        place = lower_bound(cursor, self.published, self.post_ids)
        if place == len(self.post_ids):
            return self._gap_at_end(cursor)
        for distance in range(MAX_SHIFT):
            if place + distance < len(self.post_ids) and place + distance not in self.occupied:
                self._move(place, place + distance, 1)
                break
            if place - distance > 0 and place - distance - 1 not in self.occupied:
                self._move(place - distance, place, -1)
                place -= 1
                break
        else:
            return None
        self.published[place], self.post_ids[place] = cursor
        return place

    def _gap_at_end(self, cursor: Cursor) -> int:
        place = self.occupied.max() + 1 if self.occupied else 0
        if place == len(self.post_ids):
            for name in ("post_ids", "published", "bylines", "forward_starts", "forward_lengths"):
                held = getattr(self, name)
                setattr(self, name, np.concatenate((held, np.zeros(GROWTH, held.dtype))))
        self.published[place:], self.post_ids[place:] = cursor
        return place

    def _move(self, first: int, end: int, by: int) -> None:
        """Shift the posts at positions `first` to before `end` by one, onto a free position."""
        for position in range(first, end):
            self.toggle(position)
            self.new_positions[int(self.post_ids[position])] = position + by
        for held in (self.post_ids, self.published, self.bylines, self.forward_starts, self.forward_lengths):
            held[first + by : end + by] = held[first:end].copy()
        for position in range(first, end):
            self.toggle(position + by)
        if first < end:
            self.occupied.add(end if by > 0 else first - 1)
            self.occupied.remove(first if by > 0 else end - 1)

    def fields(self) -> dict[str, Any]:
        """Return the fields of the new index that are by position or by id."""
        sorted_ids, sorted_positions = self._by_id()
        forward_index = self.old.forward_index
        appended = np.array(self.appended, _wide(forward_index, self.largest_tag))
        return {
            "all_positions": Positions(self.occupied),
            "post_ids": self.post_ids,
            "published": self.published,
            "bylines": self.bylines,
            "forward_starts": self.forward_starts,
            "forward_lengths": self.forward_lengths,
            "forward_index": np.concatenate((forward_index, appended)),
            "sorted_ids": sorted_ids,
            "sorted_positions": sorted_positions,
        }

    def _by_id(self) -> tuple[IntArray, IntArray]:
        """Return the sorted ids and their positions, with the changes applied."""
        ids = _copy(self.old.sorted_ids, max(self.new_positions, default=0))
        positions = _copy(self.old.sorted_positions, len(self.post_ids))
        posts = sorted(self.new_positions)
        places = np.searchsorted(ids, np.array(posts, ids.dtype)).tolist()
        kept = np.ones(len(ids), np.bool_)
        new: list[tuple[int, int, int]] = []
        for post, place in zip(posts, places, strict=True):
            position = self.new_positions[post]
            if place == len(ids) or ids[place] != post:
                if position is not None:
                    new.append((place, post, position))
            elif position is None:
                kept[place] = False
            else:
                positions[place] = position
        if new:
            where, new_ids, new_positions = np.array(new, np.int64).T
            ids, positions = np.insert(ids, where, new_ids), np.insert(positions, where, new_positions)
            kept = np.insert(kept, where, True)
        return (ids, positions) if kept.all() else (ids[kept], positions[kept])


def _wide(held: IntArray, largest: int) -> np.dtype[Any]:
    return np.promote_types(held.dtype, np.min_scalar_type(largest))


def _copy(held: IntArray, largest: int) -> IntArray:
    """Return a copy in a dtype that holds `largest`."""
    return held.astype(_wide(held, largest))
