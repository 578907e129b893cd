"""Bringing an index up to date with a few changed posts, in a copy that shares what they do not touch. Pure."""

from bisect import insort
from collections import defaultdict
from dataclasses import replace

import numpy as np

from blog.tagindex.bearing import COMMON
from blog.tagindex.building import stale_at, version
from blog.tagindex.contents import EVERY_POST, Contents, Numbers
from blog.tagindex.index import NOTHING, TagIndex
from blog.tagindex.records import Cursor, IndexedTag, Positions
from blog.tagindex.room import Room
from blog.tagindex.years import Years

LEAST_USED = 0.7  # of what an update leaves unused behind


class CannotUpdate(Exception):
    """The index must be built anew: too much has changed, or what has changed is not known."""


def update(index: TagIndex, contents: Contents, now: float) -> TagIndex:
    """Give the index as of `contents`, which holds the posts that changed since; raises CannotUpdate."""
    noted = contents.noted
    if noted is None or EVERY_POST in noted or not noted.issuperset(index.hidden ^ contents.hidden) or _is_worn(index):
        raise CannotUpdate
    expiring = {post: moment for post, moment in index.expiring.items() if post not in noted} | contents.expiring
    change = _Change(index, contents)
    for post in noted.union(post for post, moment in expiring.items() if moment <= now):
        change.remove(post)
    for post in contents.posts[contents.visible(now)].tolist():
        change.add(post)
    return replace(
        change.made(),
        revision=contents.revision,
        changed=contents.changed,
        version=version(contents.revision, expiring, contents.hidden, now),
        stale_at=stale_at(expiring, contents.hidden, now),
        hidden=contents.hidden,
        expiring=expiring,
    )


def _is_worn(index: TagIndex) -> bool:
    """Say whether so much has changed since the index was built that it is better built anew."""
    if len(index.together) < min(COMMON, len(index.numbers) // 2):
        return True
    used = int(index.totals.sum()) + len(index.numbers) + 1_000
    return used < LEAST_USED * (len(index.forward) + len(index.tag_list))


class _Change:
    """An index being changed: what is by position, copied; and of each bitmap the positions at which it will differ."""

    def __init__(self, index: TagIndex, contents: Contents) -> None:
        self.old, self.contents = index, contents
        self.room = Room(index, contents, self._flip)
        self.tag_list, self.numbers, self.handles = index.tag_list.copy(), index.numbers.copy(), index.handles.copy()
        self.by_tag = defaultdict[int, set[int]](set)
        self.by_author = defaultdict[int, set[int]](set)
        self.external = set[int]()
        self.together = index.together.copy()
        self.rows = {post: row for row, post in enumerate(contents.posts.tolist())}
        self.tags = defaultdict[int, list[int]](list)  # ids of each post's
        for post, tag in contents.bearing.tolist():
            self.tags[post].append(tag)

    def _number(self, tag: IndexedTag) -> int:
        """Give the number of a tag that a visible post bears; a new one if none did."""
        number = self.numbers.setdefault(tag.slug, len(self.tag_list))
        if number == len(self.tag_list):
            self.tag_list.append(tag)
        if self.tag_list[number] != tag:
            raise CannotUpdate
        return number

    def _author(self, handle: str) -> int:
        if handle not in self.handles:
            self.handles.append(handle)
        return self.handles.index(handle)

    def _flip(self, position: int) -> None:
        """Note that a post comes to a position or leaves it."""
        for number in self.room.tags_at(position):
            self.by_tag[number] ^= {position}
        byline = int(self.room.bylines[position])
        self.by_author[byline >> 1] ^= {position}
        if byline & 1:
            self.external ^= {position}

    def remove(self, post: int) -> None:
        position = self.room.position(post)
        if position is not None:
            self._count_together(self.room.tags_at(position), -1)
            self._flip(position)
            self.room.leave(post, position)

    def add(self, post: int) -> None:
        row, contents = self.rows[post], self.contents
        numbers = [self._number(IndexedTag(tag, *contents.tags[tag])) for tag in self.tags[post]]
        author = self._author(contents.authors.get(int(contents.author[row]), ""))
        place = self.room.make(Cursor(int(contents.published[row]), post))
        if place is None:
            raise CannotUpdate
        self.room.take(place, post, author * 2 + int(contents.external[row]), numbers)
        self._flip(place)
        self._count_together(numbers, 1)

    def _count_together(self, numbers: list[int], by: int) -> None:
        common = np.array([number for number in numbers if number < len(self.together)], np.int64)
        self.together[common[:, None], common] += by * (1 - np.eye(len(common), dtype=np.int32))

    def made(self) -> TagIndex:
        bitmaps, totals = self._bitmaps()
        for number in self.by_tag:
            if not totals[number]:
                self.numbers.pop(self.tag_list[number].slug, None)
        return replace(
            self.old,
            **self.room.made(),
            years_of_posts=Years(self.room.published, self.old.years_of_posts.zone),
            tag_list=self.tag_list,
            numbers=self.numbers,
            totals=totals,
            slug_ranks=self._slug_ranks(),
            bitmaps=bitmaps,
            together=self.together,
            handles=self.handles,
            by_author=self._by_author(),
            external=_flipped(self.old.external, self.external),
        )

    def _bitmaps(self) -> tuple[dict[int, Positions], Numbers]:
        bitmaps = self.old.bitmaps.copy()
        totals = np.concatenate((self.old.totals, np.zeros(len(self.tag_list) - len(self.old.totals), np.int32)))
        for number, flips in self.by_tag.items():
            before = self.old.borne_by(number) if number < len(self.old.totals) else NOTHING
            bitmaps[number] = _flipped(before, flips)
            totals[number] = len(bitmaps[number])
        return bitmaps, totals

    def _by_author(self) -> list[Positions]:
        by_author = self.old.by_author + [NOTHING] * (len(self.handles) - len(self.old.handles))
        for number, flips in self.by_author.items():
            by_author[number] = _flipped(by_author[number], flips) if number else NOTHING
        return by_author

    def _slug_ranks(self) -> Numbers:
        old = self.old.slug_ranks
        if len(old) == len(self.tag_list):
            return old
        order: list[int] = np.argsort(old).tolist()
        for number in range(len(old), len(self.tag_list)):
            insort(order, number, key=lambda other: self.tag_list[other].slug)
        ranks = np.empty(len(order), np.int32)
        ranks[order] = np.arange(len(order))
        return ranks


def _flipped(before: Positions, flips: set[int]) -> Positions:
    return before ^ Positions(flips) if flips else before
