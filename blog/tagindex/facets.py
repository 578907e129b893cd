"""Facets: the tags that would narrow a selection, with exact counts, without looking at every tag. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from heapq import heappush, heappushpop
from typing import TYPE_CHECKING

import numpy as np

from blog.tagindex.contents import Numbers
from blog.tagindex.records import Facet, Positions

if TYPE_CHECKING:
    from blog.tagindex.index import TagIndex

FEW = 3_000  # posts whose tags are counted one by one


def count_facets(index: TagIndex, chosen: Positions, leave: Collection[str], most: int) -> list[Facet]:
    """Give the `most` tags of highest count that some but not all of the chosen posts bear; see TagIndex.facets."""
    left = [index.numbers[slug] for slug in leave if slug in index.numbers]
    if not chosen or most < 1:
        return []
    count = _count_posts if len(chosen) <= FEW else _walk_tags
    numbers, counts = count(index, chosen, left, most)
    best = _best(index, numbers, counts, most)
    return [Facet(index.tag_list[n], c) for n, c in zip(numbers[best].tolist(), counts[best].tolist(), strict=True)]


def _best(index: TagIndex, numbers: Numbers, counts: Numbers, most: int) -> Numbers:
    """Give the places of the highest counts, of equal ones those whose slugs are first."""
    keys = counts.astype(np.int64) * -len(index.tag_list) + index.slug_ranks[numbers]
    if len(keys) <= most:
        return np.argsort(keys)
    best = np.argpartition(keys, most)[:most]
    return best[np.argsort(keys[best])]


def _count_posts(index: TagIndex, chosen: Positions, left: list[int], most: int) -> tuple[Numbers, Numbers]:
    """Count the tags of each chosen post."""
    borne = np.sort(tags_at(index, np.frombuffer(chosen.to_array(), np.uint32)), kind="stable")
    changes = np.flatnonzero(borne[1:] != borne[:-1]) + 1
    bounds = np.concatenate(([0], changes, [len(borne)])) if len(borne) else np.zeros(1, np.int64)
    numbers, counts = borne[bounds[:-1]], np.diff(bounds)
    narrowing = counts < len(chosen)
    for number in left:
        narrowing &= numbers != number
    return numbers[narrowing], counts[narrowing]


def tags_at(index: TagIndex, places: Numbers) -> Numbers:
    """Give the numbers of the tags of the posts at some positions, one after the other."""
    lengths = index.lengths[places].astype(np.int64)
    ends = lengths.cumsum()
    shifts = index.starts[places] - (ends - lengths)
    return index.forward[np.repeat(shifts, lengths) + np.arange(ends[-1] if len(ends) else 0)]


def _walk_tags(index: TagIndex, chosen: Positions, left: list[int], most: int) -> tuple[Numbers, Numbers]:
    """Count tags by falling bound, until none can have as many posts in common as the last of the best."""
    best: list[int] = []
    numbers, counts = [], []
    for bounded in (_common_tags(index, chosen, left), _other_tags(index)):
        for number, bound in bounded:
            if len(best) == most and bound < best[0]:
                break
            count = index.borne_by(number).intersection_cardinality(chosen)
            if 0 < count < len(chosen) and number not in left:
                (heappush if len(best) < most else heappushpop)(best, count)
                numbers.append(number)
                counts.append(count)
    return np.array(numbers, np.int64), np.array(counts, np.int64)


def _common_tags(index: TagIndex, chosen: Positions, left: list[int]) -> Iterable[tuple[int, int]]:
    """Give the commonest tags with bounds: no more of the chosen posts than bear both it and a tag that all of them bear."""
    common = len(index.together)
    bounds = index.totals[:common]
    for number in left:
        if number < common and chosen.issubset(index.borne_by(number)):
            bounds = np.minimum(bounds, index.together[number])
    order = np.argsort(-bounds)
    return zip(order.tolist(), bounds[order].tolist(), strict=True)


def _other_tags(index: TagIndex) -> Iterator[tuple[int, int]]:
    return ((number, int(index.totals[number])) for number in index.falling)
