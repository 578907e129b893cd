"""Facets: the tags that narrow a selection, with exact counts, without counting every tag. Pure."""

from collections.abc import Collection, Iterator
from heapq import heappush, heappushpop

import numpy as np

from blog.tagindex.inverted_index import InvertedIndex
from blog.tagindex.types import Facet, IntArray, Positions

FEW = 4_000  # posts: up to so many, the tags of each are counted
POSTS_FOR_A_TAG = 100  # posts counted in the time of one intersection of bitmaps
BATCH_SIZE = 2_048  # posts per step, so that temporary arrays fit the processor's cache

Counts = tuple[IntArray, IntArray]  # tag numbers and their counts


def count_facets(index: InvertedIndex, chosen: Positions, exclude: Collection[str], limit: int) -> list[Facet]:
    """Return the `limit` tags of highest count that some but not all of the chosen posts have; see TagIndex.facets."""
    if not chosen or limit < 1:
        return []
    excluded = [index.numbers[slug] for slug in exclude if slug in index.numbers]
    walked = _walk_tags(index, chosen, excluded, limit) if len(chosen) > FEW else None
    numbers, counts = walked or _count_posts(index, chosen)
    narrowing = (counts > 0) & (counts < len(chosen))
    for number in excluded:
        narrowing &= numbers != number
    best = _best(index, numbers[narrowing], counts[narrowing], limit)
    return [Facet(index.tag_list[number], count) for number, count in best]


def _best(index: InvertedIndex, numbers: IntArray, counts: IntArray, limit: int) -> Iterator[tuple[int, int]]:
    """Return the numbers and counts of the highest counts, ties in order of slugs."""
    keys = counts.astype(np.int64) * -len(index.tag_list) + index.slug_ranks[numbers]
    best = keys.argpartition(limit)[:limit] if len(keys) > limit else np.arange(len(keys))
    best = best[keys[best].argsort()]
    return zip(numbers[best].tolist(), counts[best].tolist(), strict=True)


def _count_posts(index: InvertedIndex, chosen: Positions) -> Counts:
    """Count tags by the forward index of each chosen post."""
    places = np.frombuffer(chosen.to_array(), np.uint32)
    parts = [tags_at(index, places[start : start + BATCH_SIZE]) for start in range(0, len(places), BATCH_SIZE)]
    found = np.concatenate(parts) if len(parts) > 1 else parts[0]
    if not len(found):
        return found, found
    found.sort()
    changes = (found[1:] != found[:-1]).nonzero()[0]
    ends = np.empty(len(changes) + 1, np.int64)
    ends[-1] = len(found)
    np.add(changes, 1, out=ends[:-1])
    counts = ends.copy()
    counts[1:] -= ends[:-1]
    return found[ends - 1], counts


def tags_at(index: InvertedIndex, places: IntArray) -> IntArray:
    """Return the tag numbers of the posts at some positions, concatenated."""
    forward_lengths = index.forward_lengths[places]
    ends = forward_lengths.cumsum(dtype=np.int64)
    at: IntArray = (index.forward_starts[places] - (ends - forward_lengths)).repeat(forward_lengths)
    at += np.arange(len(at))
    return index.forward_index.take(at)


def _walk_tags(index: InvertedIndex, chosen: Positions, excluded: list[int], limit: int) -> Counts | None:
    """Count tags in order of falling upper bounds until none can reach the best; None when that takes too long."""
    walk = _Walk(index, chosen, excluded, limit)
    bounds, exact = _bounds(index, chosen, excluded)
    if not walk.run(np.argsort(-bounds), bounds, exact):
        return None
    rest = np.flatnonzero(index.post_counts[len(bounds) :] >= walk.threshold) + len(bounds)
    if len(rest) > walk.budget or not walk.run(rest[np.argsort(-index.post_counts[rest])], index.post_counts, exact=False):
        return None
    return np.array(walk.numbers, np.int64), np.array(walk.counts, np.int64)


def _bounds(index: InvertedIndex, chosen: Positions, excluded: list[int]) -> tuple[IntArray, bool]:
    """Return upper bounds of the counts of the most frequent tags, from co-occurrence with the selected tags.

    Where the chosen posts are all posts of one tag, the bounds are the counts: then the second value is True.
    """
    bounds = index.post_counts[: len(index.cooccurrence)]
    for number in excluded:
        if number < len(bounds) and chosen.issubset(index.postings_of(number)):
            if len(chosen) == index.post_counts[number]:
                return index.cooccurrence[number], True
            bounds = np.minimum(bounds, index.cooccurrence[number])
    return bounds, False


class _Walk:
    """A bounded top-k search: the counts found so far; a count below `threshold`, the k-th best, no longer matters."""

    def __init__(self, index: InvertedIndex, chosen: Positions, excluded: list[int], limit: int) -> None:
        self.index, self.chosen, self.excluded, self.limit = index, chosen, excluded, limit
        self.best: list[int] = []
        self.numbers: list[int] = []
        self.counts: list[int] = []
        self.threshold = 1
        self.budget = len(chosen) // POSTS_FOR_A_TAG  # intersections, after which counting posts is as quick

    def run(self, order: IntArray, bounds: IntArray, exact: bool) -> bool:
        """Count tags in order of falling bounds while they matter; return False when the budget is used up."""
        for number, bound in zip(order.tolist(), bounds[order].tolist(), strict=True):
            if bound < self.threshold:
                break
            if exact:
                count = bound
            elif self.budget:
                count = self.index.postings_of(number).intersection_cardinality(self.chosen)
                self.budget -= 1
            else:
                return False
            if self.threshold <= count < len(self.chosen) and number not in self.excluded:
                self._note(number, count)
        return True

    def _note(self, number: int, count: int) -> None:
        self.numbers.append(number)
        self.counts.append(count)
        (heappush if len(self.best) < self.limit else heappushpop)(self.best, count)
        if len(self.best) == self.limit:
            self.threshold = self.best[0]
