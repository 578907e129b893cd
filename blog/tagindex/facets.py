"""Facets: the tags that would narrow a selection, with exact counts, without looking at every tag. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from heapq import heappush, heappushpop
from typing import TYPE_CHECKING

import numpy as np

from blog.tagindex.records import Facet, Positions

if TYPE_CHECKING:
    from blog.tagindex.index import TagIndex

FEW = 500  # posts whose tags are counted one by one


def count_facets(index: TagIndex, chosen: Positions, leave: frozenset[str], most: int) -> list[Facet]:
    """Give the `most` tags of highest count that some but not all of the chosen posts bear; see TagIndex.facets."""
    left = {index.numbers[slug] for slug in leave if slug in index.numbers}
    counts = _from_posts(index, chosen) if len(chosen) <= FEW else _from_tags(index, chosen, left, most)
    narrowing = ((number, count) for number, count in counts if 0 < count < len(chosen) and number not in left)
    facets = [Facet(index.tag_list[number], count) for number, count in narrowing]
    return sorted(facets, key=lambda facet: (-facet.count, facet.tag.slug))[:most]


def _from_posts(index: TagIndex, chosen: Positions) -> Iterator[tuple[int, int]]:
    """Count the tags of each chosen post."""
    places = np.frombuffer(chosen.to_array(), np.uint32)
    tags = [index.forward[start:end] for start, end in zip(index.starts[places], index.ends[places], strict=True)]
    return iter(Counter(np.concatenate(tags).tolist() if tags else ()).items())


def _from_tags(index: TagIndex, chosen: Positions, left: set[int], most: int) -> Iterator[tuple[int, int]]:
    """Walk the tags by falling total, until none can have as many posts in common as the last of the best."""
    best: list[int] = []
    for number in index.falling:
        borne_by = index.borne_by[number]
        if len(best) == most and len(borne_by) < best[0]:
            return
        count = borne_by.intersection_cardinality(chosen)
        if not 0 < count < len(chosen) or number in left:
            continue
        (heappush if len(best) < most else heappushpop)(best, count)
        yield number, count
