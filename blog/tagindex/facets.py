"""Facets: the tags that would narrow a selection, with exact counts, without looking at every tag. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from heapq import heappush, heappushpop
from typing import TYPE_CHECKING

import numpy as np

from blog.tagindex.contents import Numbers
from blog.tagindex.records import Facet, Positions

if TYPE_CHECKING:
    from blog.tagindex.index import TagIndex

FEW = 4_000  # posts whose tags are counted at once, whatever they are
POSTS_FOR_A_TAG = 100  # whose tags are counted in the time in which a bitmap is intersected
AT_ONCE = 2_048  # posts: what is made on the way stays in the processor's cache

Counts = tuple[Numbers, Numbers]  # tags' numbers, and of how many posts each


def count_facets(index: TagIndex, chosen: Positions, leave: Collection[str], most: int) -> list[Facet]:
    """Give the `most` tags of highest count that some but not all of the chosen posts bear; see TagIndex.facets."""
    if not chosen or most < 1:
        return []
    left = [index.numbers[slug] for slug in leave if slug in index.numbers]
    walked = _walk_tags(index, chosen, left, most) if len(chosen) > FEW else None
    numbers, counts = walked or _count_posts(index, chosen)
    narrowing = (counts > 0) & (counts < len(chosen))
    for number in left:
        narrowing &= numbers != number
    best = _best(index, numbers[narrowing], counts[narrowing], most)
    return [Facet(index.tag_list[number], count) for number, count in best]


def _best(index: TagIndex, numbers: Numbers, counts: Numbers, most: int) -> Iterator[tuple[int, int]]:
    """Give those of the highest counts, of equal ones those whose slugs are first."""
    keys = counts.astype(np.int64) * -len(index.tag_list) + index.slug_ranks[numbers]
    best = keys.argpartition(most)[:most] if len(keys) > most else np.arange(len(keys))
    best = best[keys[best].argsort()]
    return zip(numbers[best].tolist(), counts[best].tolist(), strict=True)


def _count_posts(index: TagIndex, chosen: Positions) -> Counts:
    """Count the tags of each chosen post."""
    places = np.frombuffer(chosen.to_array(), np.uint32)
    parts = [tags_at(index, places[start : start + AT_ONCE]) for start in range(0, len(places), AT_ONCE)]
    borne = np.concatenate(parts) if len(parts) > 1 else parts[0]
    if not len(borne):
        return borne, borne
    borne.sort()
    changes = (borne[1:] != borne[:-1]).nonzero()[0]
    ends = np.empty(len(changes) + 1, np.int64)
    ends[-1] = len(borne)
    np.add(changes, 1, out=ends[:-1])
    counts = ends.copy()
    counts[1:] -= ends[:-1]
    return borne[ends - 1], counts


def tags_at(index: TagIndex, places: Numbers) -> Numbers:
    """Give the numbers of the tags of the posts at some positions, one after the other."""
    lengths = index.lengths[places]
    ends = lengths.cumsum(dtype=np.int64)
    at = np.repeat(index.starts[places] - (ends - lengths), lengths)
    at += np.arange(len(at))
    return index.forward.take(at)


def _walk_tags(index: TagIndex, chosen: Positions, left: list[int], most: int) -> Counts | None:
    """Count tags by falling bound, until none can have as many posts in common as the last of the best; None: too many."""
    walk = _Walk(index, chosen, left, most)
    bounds, exact = _bounds(index, chosen, left)
    if not walk.through(np.argsort(-bounds), bounds, exact):
        return None
    rest = np.flatnonzero(index.totals[len(bounds) :] >= walk.least) + len(bounds)
    if len(rest) > walk.patience or not walk.through(rest[np.argsort(-index.totals[rest])], index.totals, exact=False):
        return None
    return np.array(walk.numbers, np.int64), np.array(walk.counts, np.int64)


def _bounds(index: TagIndex, chosen: Positions, left: list[int]) -> tuple[Numbers, bool]:
    """Bound the counts of the commonest tags: by how many posts bear both it and a tag that all the chosen ones bear.

    When the chosen posts are all that bear such a tag, the bounds are the counts.
    """
    bounds = index.totals[: len(index.together)]
    for number in left:
        if number < len(bounds) and chosen.issubset(index.borne_by(number)):
            if len(chosen) == index.totals[number]:
                return index.together[number], True
            bounds = np.minimum(bounds, index.together[number])
    return bounds, False


class _Walk:
    """Counts of the tags seen so far; one below `least`, that of the last of the best, matters no more."""

    def __init__(self, index: TagIndex, chosen: Positions, left: list[int], most: int) -> None:
        self.index, self.chosen, self.left, self.most = index, chosen, left, most
        self.best: list[int] = []
        self.numbers: list[int] = []
        self.counts: list[int] = []
        self.least = 1
        self.patience = len(chosen) // POSTS_FOR_A_TAG  # tags, until counting posts is as quick

    def through(self, order: Numbers, bounds: Numbers, exact: bool) -> bool:
        """Count tags in order of falling bounds for as long as they matter; say whether patience lasted."""
        for number, bound in zip(order.tolist(), bounds[order].tolist(), strict=True):
            if bound < self.least:
                break
            if exact:
                count = bound
            elif self.patience:
                count = self.index.borne_by(number).intersection_cardinality(self.chosen)
                self.patience -= 1
            else:
                return False
            if self.least <= count < len(self.chosen) and number not in self.left:
                self._note(number, count)
        return True

    def _note(self, number: int, count: int) -> None:
        self.numbers.append(number)
        self.counts.append(count)
        (heappush if len(self.best) < self.most else heappushpop)(self.best, count)
        if len(self.best) == self.most:
            self.least = self.best[0]
