"""Room for posts among others: the part of an index that is by position, while it is being changed. Pure."""

from collections.abc import Callable
from typing import Any

import numpy as np
from pyroaring import BitMap

from blog.tagindex.contents import Contents, Numbers
from blog.tagindex.index import TagIndex
from blog.tagindex.order import place_of
from blog.tagindex.records import Cursor, Positions

FARTHEST = 1_000  # posts that are moved to make room for one
SPARE = 64  # positions added at the end, for posts to come


class Room:
    """Copies of what an index keeps by position; `flip` is told each position before a post leaves it and after one came."""

    def __init__(self, index: TagIndex, contents: Contents, flip: Callable[[int], None]) -> None:
        self.old, self.flip = index, flip
        tags = len(contents.bearing)
        authors = len(index.handles) + len(contents.authors)
        self.post_ids = _copy(index.post_ids, int(contents.posts.max(initial=0)))
        self.published = index.published.copy()
        self.bylines = _copy(index.bylines, 2 * authors + 1)
        self.starts = _copy(index.starts, len(index.forward) + tags)
        self.lengths = _copy(index.lengths, tags)
        self.taken = BitMap(index.everything)
        self.added: list[int] = []  # numbers of tags, to come after those in `forward`
        self.moved: dict[int, int | None] = {}  # where posts stand now that stood elsewhere; None for those that are gone
        self.most_tags = len(index.tag_list) + tags

    def position(self, post: int) -> int | None:
        return self.moved[post] if post in self.moved else self.old.position(post)

    def tags_at(self, position: int) -> list[int]:
        """Give the numbers of the tags of the post at a position."""
        start, length = int(self.starts[position]), int(self.lengths[position])
        forward = self.old.forward
        if start < len(forward):
            numbers: list[int] = forward[start : start + length].tolist()
            return numbers
        return self.added[start - len(forward) : start - len(forward) + length]

    def leave(self, post: int, position: int) -> None:
        self.taken.remove(position)
        self.lengths[position] = 0
        self.moved[post] = None

    def take(self, position: int, post: int, byline: int, tags: list[int]) -> None:
        """Put a post at a free position that `make` gave."""
        self.bylines[position] = byline
        self.starts[position] = len(self.old.forward) + len(self.added)
        self.lengths[position] = len(tags)
        self.added += tags
        self.taken.add(position)
        self.moved[post] = position

    def make(self, cursor: Cursor) -> int | None:
        """Make a position free where a post belongs, moving the posts between there and the next free one; None: too many."""
        place = place_of(cursor, self.published, self.post_ids)
        if place == len(self.post_ids):
            return self._make_at_end(cursor)
        for distance in range(FARTHEST):
            if place + distance < len(self.post_ids) and place + distance not in self.taken:
                self._move(place, place + distance, 1)
                break
            if place - distance > 0 and place - distance - 1 not in self.taken:
                self._move(place - distance, place, -1)
                place -= 1
                break
        else:
            return None
        self.published[place], self.post_ids[place] = cursor
        return place

    def _make_at_end(self, cursor: Cursor) -> int:
        place = self.taken.max() + 1 if self.taken else 0
        if place == len(self.post_ids):
            for name in ("post_ids", "published", "bylines", "starts", "lengths"):
                held = getattr(self, name)
                setattr(self, name, np.concatenate((held, np.zeros(SPARE, held.dtype))))
        self.published[place:], self.post_ids[place:] = cursor
        return place

    def _move(self, first: int, end: int, by: int) -> None:
        """Move the posts at positions from `first` to before `end` by one position; the one they move onto is free."""
        for position in range(first, end):
            self.flip(position)
            self.moved[int(self.post_ids[position])] = position + by
        for held in (self.post_ids, self.published, self.bylines, self.starts, self.lengths):
            held[first + by : end + by] = held[first:end].copy()
        for position in range(first, end):
            self.flip(position + by)
        if first < end:
            self.taken.add(end if by > 0 else first - 1)
            self.taken.remove(first if by > 0 else end - 1)

    def made(self) -> dict[str, Any]:
        """Give the fields of the new index that are by position or by id."""
        sorted_ids, sorted_positions = self._by_id()
        forward = self.old.forward
        added = np.array(self.added, _wide(forward, self.most_tags))
        return {
            "everything": Positions(self.taken),
            "post_ids": self.post_ids,
            "published": self.published,
            "bylines": self.bylines,
            "starts": self.starts,
            "lengths": self.lengths,
            "forward": np.concatenate((forward, added)),
            "sorted_ids": sorted_ids,
            "sorted_positions": sorted_positions,
        }

    def _by_id(self) -> tuple[Numbers, Numbers]:
        """Give the ids in order and their positions, with what has moved."""
        ids = _copy(self.old.sorted_ids, max(self.moved, default=0))
        positions = _copy(self.old.sorted_positions, len(self.post_ids))
        posts = sorted(self.moved)
        places = np.searchsorted(ids, np.array(posts, ids.dtype)).tolist()
        kept = np.ones(len(ids), np.bool_)
        new: list[tuple[int, int, int]] = []
        for post, place in zip(posts, places, strict=True):
            position = self.moved[post]
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


def _wide(held: Numbers, most: int) -> np.dtype[Any]:
    return np.promote_types(held.dtype, np.min_scalar_type(most))


def _copy(held: Numbers, most: int) -> Numbers:
    """Copy numbers, as wide as `most` needs."""
    return held.astype(_wide(held, most))
