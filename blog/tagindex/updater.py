"""Incremental update of an index with a few changed posts: a copy that shares what they do not touch. Pure."""

from bisect import insort
from collections import defaultdict
from dataclasses import replace

import numpy as np

from blog.selections.cursor import Cursor
from blog.tagindex.builder import stale_at, version
from blog.tagindex.gap_buffer import GapBuffer
from blog.tagindex.index import NOTHING, TagIndex
from blog.tagindex.postings import COOCCURRENCE_TAGS
from blog.tagindex.types import IndexData, IndexedTag, IntArray, Positions
from blog.tagindex.years import YearRanges

MIN_USED_SHARE = 0.7  # of the forward index; updates leave unused entries behind


class CannotUpdate(Exception):
    """The index must be rebuilt: too much has changed, or the changes are not known."""


def update(index: TagIndex, data: IndexData, now: float) -> TagIndex:
    """Return the index as of `data`, which holds the posts changed since. Raise CannotUpdate."""
    changed_posts = data.changed_posts
    if changed_posts is None or _is_fragmented(index):
        raise CannotUpdate
    if not changed_posts.issuperset(index.hidden ^ data.hidden):
        raise CannotUpdate
    expiring = {post: moment for post, moment in index.expiring.items() if post not in changed_posts} | data.expiring
    change = _Change(index, data)
    for post in changed_posts.union(post for post, moment in expiring.items() if moment <= now):
        change.remove(post)
    for post in data.posts[data.visible(now)].tolist():
        change.add(post)
    return replace(
        change.result(),
        revision=data.revision,
        changed=data.changed,
        version=version(data.revision, expiring, data.hidden, now),
        stale_at=stale_at(expiring, data.hidden, now),
        hidden=data.hidden,
        expiring=expiring,
    )


def _is_fragmented(index: TagIndex) -> bool:
    """Return whether updates have left so much unused that the index is better rebuilt."""
    if len(index.cooccurrence) < min(COOCCURRENCE_TAGS, len(index.numbers) // 2):
        return True
    used = int(index.post_counts.sum()) + len(index.numbers) + 1_000
    return used < MIN_USED_SHARE * (len(index.forward_index) + len(index.tag_list))


class _Change:
    """An index being changed: a gap buffer, and for each bitmap the positions at which it will differ."""

    def __init__(self, index: TagIndex, data: IndexData) -> None:
        self.old, self.data = index, data
        self.buffer = GapBuffer(index, data, self._toggle)
        self.tag_list, self.numbers, self.handles = index.tag_list.copy(), index.numbers.copy(), index.handles.copy()
        self.bylines = {authors: number for number, authors in enumerate(index.byline_authors)}
        self.byline_authors = index.byline_authors.copy()
        self.by_tag = defaultdict[int, set[int]](set)
        self.by_author = defaultdict[int, set[int]](set)
        self.external = set[int]()
        self.cooccurrence = index.cooccurrence.copy()
        self.rows = {post: row for row, post in enumerate(data.posts.tolist())}
        self.tags = defaultdict[int, list[int]](list)  # tag ids by post id
        for post, tag in data.post_tags.tolist():
            self.tags[post].append(tag)
        self.authors = defaultdict[int, list[int]](list)  # author ids by post id
        for post, author in data.post_authors.tolist():
            self.authors[post].append(author)

    def _number(self, tag: IndexedTag) -> int:
        """Return the number of a tag; a new one where no visible post had it."""
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

    def _byline(self, authors: tuple[int, ...]) -> int:
        number = self.bylines.setdefault(authors, len(self.byline_authors))
        if number == len(self.byline_authors):
            self.byline_authors.append(authors)
        return number

    def _toggle(self, position: int) -> None:
        """Note in every bitmap of a post that it comes to a position or leaves it."""
        for number in self.buffer.tags_at(position):
            self.by_tag[number] ^= {position}
        byline = int(self.buffer.bylines[position])
        for author in self.byline_authors[byline >> 1]:
            self.by_author[author] ^= {position}
        if byline & 1:
            self.external ^= {position}

    def remove(self, post: int) -> None:
        position = self.buffer.position(post)
        if position is not None:
            self._count_cooccurrences(self.buffer.tags_at(position), -1)
            self._toggle(position)
            self.buffer.remove(post, position)

    def add(self, post: int) -> None:
        row, data = self.rows[post], self.data
        numbers = [self._number(IndexedTag(tag, *data.tags[tag])) for tag in self.tags[post]]
        byline = self._byline(tuple(sorted(self._author(data.authors[author][0]) for author in self.authors[post])))
        place = self.buffer.open_gap(Cursor(int(data.published[row]), post))
        if place is None:
            raise CannotUpdate
        self.buffer.insert(place, post, byline * 2 + int(data.external[row]), numbers)
        self._toggle(place)
        self._count_cooccurrences(numbers, 1)

    def _count_cooccurrences(self, numbers: list[int], by: int) -> None:
        common = np.array([number for number in numbers if number < len(self.cooccurrence)], np.int64)
        self.cooccurrence[common[:, None], common] += by * (1 - np.eye(len(common), dtype=np.int32))

    def result(self) -> TagIndex:
        bitmaps, post_counts = self._bitmaps()
        for number in self.by_tag:
            if not post_counts[number]:
                self.numbers.pop(self.tag_list[number].slug, None)
        return replace(
            self.old,
            **self.buffer.fields(),
            year_ranges=YearRanges(self.buffer.published, self.old.year_ranges.zone),
            tag_list=self.tag_list,
            numbers=self.numbers,
            post_counts=post_counts,
            slug_ranks=self._slug_ranks(),
            bitmaps=bitmaps,
            cooccurrence=self.cooccurrence,
            handles=self.handles,
            author_names=dict(self.data.authors.values()),
            byline_authors=self.byline_authors,
            by_author=self._by_author(),
            external=_toggled(self.old.external, self.external),
        )

    def _bitmaps(self) -> tuple[dict[int, Positions], IntArray]:
        bitmaps = self.old.bitmaps.copy()
        post_counts = np.concatenate((self.old.post_counts, np.zeros(len(self.tag_list) - len(self.old.post_counts), np.int32)))
        for number, flips in self.by_tag.items():
            before = self.old.postings_of(number) if number < len(self.old.post_counts) else NOTHING
            bitmaps[number] = _toggled(before, flips)
            post_counts[number] = len(bitmaps[number])
        return bitmaps, post_counts

    def _by_author(self) -> list[Positions]:
        by_author = self.old.by_author + [NOTHING] * (len(self.handles) - len(self.old.handles))
        for number, flips in self.by_author.items():
            by_author[number] = _toggled(by_author[number], flips)
        return by_author

    def _slug_ranks(self) -> IntArray:
        old = self.old.slug_ranks
        if len(old) == len(self.tag_list):
            return old
        order: list[int] = np.argsort(old).tolist()
        for number in range(len(old), len(self.tag_list)):
            insort(order, number, key=lambda other: self.tag_list[other].slug)
        ranks = np.empty(len(order), np.int32)
        ranks[order] = np.arange(len(order))
        return ranks


def _toggled(before: Positions, flips: set[int]) -> Positions:
    return before ^ Positions(flips) if flips else before
