"""Rendered fragments of pages in this process's memory, shared by many selections: cards, and feed entries.

A fragment is cached until its post is noted as changed, or until any page expires, since its text may link to that one. It
depends on no selection or reader: whether the post is visible is decided by the index, from which the ids come.
"""

import sys
import time
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from math import inf
from threading import Lock
from typing import Final, Generic, NamedTuple, TypeVar

from blog.models.revision import changed_posts, uncommitted
from blog.tagindex import TagIndex

OVERHEAD: Final = 400  # bytes that a fragment costs beside its text


class FeedEntry(NamedTuple):
    """A fragment with the time of its post's last change."""

    text: str
    updated: datetime


class Card(NamedTuple):
    """A card with placeholders: its text, and its line of tags by tag, so that a listing leaves its own out."""

    texts: tuple[str, ...]  # HTML up to the tags, between the places for the selection in its links
    beginning: str = ""  # of their line
    tags: Mapping[str, str] = {}  # the HTML of each by the path that it leads to
    end: str = ""
    formulas: bool = False  # whether it has some


Part = TypeVar("Part", str, FeedEntry, Card)
Stamp = tuple[int, datetime]  # a revision and its time, which distinguishes it from one before a backup was restored


class FragmentCache(Generic[Part]):
    """Fragments by variant (the arguments of rendering) and post; the cache is cleared when it exceeds `limit` bytes.

    All of them are of one revision. An index of a later one advances them: the posts noted since are evicted, and all of
    them when any post may have changed, or when it is not known which did. An index of an earlier one bypasses the cache.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = Lock()
        self._cached: tuple[Stamp, dict[Hashable, dict[int, Part]]]  # swapped whole, as the index is
        self._stale_at: float  # seconds since 1970: when the first page expires of which these may tell
        self.clear()

    def clear(self) -> None:
        self._begin((-1, datetime.min))

    def get(
        self, index: TagIndex, ids: list[int], read: Callable[[list[int]], dict[int, Part]], *variant: Hashable
    ) -> dict[int, Part]:
        """Return the fragments of an index's posts in order, cached or rendered, without posts deleted since the snapshot.

        Uncommitted changes must not be seen by others: in a transaction that made some, nothing is cached.
        """
        present, is_final = (index.revision, index.changed), uncommitted() is None
        cached = self._parts_at(present).get(variant, {}) if is_final else {}
        found = {id_: part for id_ in ids if (part := cached.get(id_)) is not None}
        missing = [id_ for id_ in ids if id_ not in found]
        if not missing:
            return found
        made = read(missing)
        if made and is_final:
            self._store(index, variant, made)
        return {id_: part for id_ in ids if (part := found.get(id_, made.get(id_))) is not None}

    def _parts_at(self, present: Stamp) -> dict[Hashable, dict[int, Part]]:
        """Return the cached fragments, advanced to this revision; none where the cache is of a later one."""
        stamp, parts = self._cached
        if stamp == present and time.time() < self._stale_at:
            return parts
        with self._lock:
            stamp, parts = self._cached
            if self._stale_at <= time.time():
                self._begin(max(stamp, present))
            elif present[0] > stamp[0]:
                self._advance(present)
            elif present[1] > stamp[1]:  # an earlier number at a later time: the database was restored from a backup
                self._begin(present)
            return self._cached[1] if self._cached[0] == present else {}

    def _advance(self, present: Stamp) -> None:
        stamp, parts = self._cached
        changed = changed_posts(stamp[0], present[0]) if parts else None
        if changed is None:
            self._begin(present)
            return
        cached = {
            variant: {id_: part for id_, part in by_post.items() if id_ not in changed} for variant, by_post in parts.items()
        }
        self.size = sum(_size(part) for by_post in cached.values() for part in by_post.values())
        self._cached = (present, cached)

    def _store(self, index: TagIndex, variant: Hashable, made: dict[int, Part]) -> None:
        size, stamp = sum(map(_size, made.values())), (index.revision, index.changed)
        with self._lock:
            if self._cached[0] != stamp:
                return
            if self.size + size > self._limit:
                self._begin(stamp)
            if size <= self._limit:
                self._cached[1].setdefault(variant, {}).update(made)
                self.size += size
                self._stale_at = min(self._stale_at, index.stale_at or inf)

    def _begin(self, stamp: Stamp) -> None:
        self._cached = (stamp, {})
        self._stale_at = inf
        self.size = 0  # bytes


def _size(part: str | FeedEntry | Card) -> int:
    texts = part.texts if isinstance(part, Card) else [part if isinstance(part, str) else part.text]
    return sum(map(sys.getsizeof, texts)) + OVERHEAD
