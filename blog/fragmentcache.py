"""Finished parts of pages in this process's memory, which many selections share: cards, and entries of feeds.

A part is kept for one revision, as a page is. It tells of a post alone, of no selection and no reader: who may see the post
is the index's word, and ids come from there.
"""

import sys
from collections.abc import Callable, Hashable
from datetime import datetime
from threading import Lock
from typing import Final, Generic, NamedTuple, TypeVar

from blog.models.revision import uncommitted
from blog.tagindex import TagIndex

OVERHEAD: Final = 200  # bytes that a part costs beside its text


class Told(NamedTuple):
    """A part with the moment of its post's last change."""

    text: str
    updated: datetime


Part = TypeVar("Part", str, Told)
Stamp = tuple[int, datetime]  # a revision and its time, which tells it from one before a restored backup


class FragmentCache(Generic[Part]):
    """Parts by what decides how they look, and by post; beyond `limit` bytes it begins anew."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = Lock()
        self.clear()

    def clear(self) -> None:
        self._begin((-1, datetime.min))

    def get(
        self, index: TagIndex, ids: list[int], read: Callable[[list[int]], dict[int, Part]], *look: Hashable
    ) -> dict[int, Part]:
        """Give the parts of an index's posts in their order, kept or read now, but for posts deleted since the snapshot.

        What an open transaction has changed is nobody else's to see, and is not kept.
        """
        stamp, parts = self._kept
        present, is_final = (index.revision, index.changed), uncommitted() is None
        kept = parts.get(look, {}) if is_final and stamp == present else {}
        missing = [id_ for id_ in ids if id_ not in kept]
        made = read(missing) if missing else {}
        if made and is_final:
            self._keep(present, look, made)
        return {id_: part for id_ in ids if (part := made.get(id_, kept.get(id_))) is not None}

    def _keep(self, stamp: Stamp, look: Hashable, made: dict[int, Part]) -> None:
        size = sum(map(_size, made.values()))
        with self._lock:
            if self._kept[0] != stamp or self.size + size > self._limit:
                self._begin(stamp)
            if size <= self._limit:
                self._kept[1].setdefault(look, {}).update(made)
                self.size += size

    def _begin(self, stamp: Stamp) -> None:
        self._kept: tuple[Stamp, dict[Hashable, dict[int, Part]]] = (stamp, {})  # swapped whole, as the index is
        self.size = 0  # bytes


def _size(part: str | Told) -> int:
    return sys.getsizeof(part if isinstance(part, str) else part.text) + OVERHEAD
