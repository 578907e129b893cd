"""Posts related to one by the tags they share, of which rare ones say more than common ones. Pure."""

from math import log1p
from typing import TYPE_CHECKING

import numpy as np

from blog.tagindex.contents import Numbers
from blog.tagindex.facets import tags_at
from blog.tagindex.records import Positions

if TYPE_CHECKING:
    from blog.tagindex.index import TagIndex

NEAR = 2_000  # posts of a tag: of more, those nearest in the order of publication stand for all
UNIT = 1_000_000  # to a weight of 1: weights are whole numbers, so that their sums do not depend on the order of tags


def find_related(index: "TagIndex", position: int, most: int) -> list[int]:
    """Give the positions of the `most` posts whose tags in common with one weigh most; of equal ones the nearest in time.

    A tag weighs ln(1 + posts / posts that bear it). Tags are gone through from the rarest on, until those that are left weigh
    too little together to bring in another post.
    """
    weights = _weights(index, position)
    table = np.zeros(len(index.tag_list), np.int64)
    for number, weight in weights:
        table[number] = weight
    possible = sum(weight for _number, weight in weights)  # of a post that bears none of the tags gone through
    found = Positions([position])
    best: list[tuple[int, int, int]] = []
    for number, weight in weights:
        if len(best) == most and -best[-1][0] > possible:
            break
        fresh = _near(index.borne_by(number), position) - found
        found |= fresh
        best = sorted(best + _best(index, fresh, table, position, most))[:most]
        possible -= weight
    return [place for _score, _distance, place in best]


def _weights(index: "TagIndex", position: int) -> list[tuple[int, int]]:
    """Give the post's tags with their weights, the heaviest first."""
    numbers, posts = index.tag_numbers(position), len(index)
    totals: list[int] = index.totals[numbers].tolist()
    weights = [(number, round(log1p(posts / total) * UNIT)) for number, total in zip(numbers, totals, strict=True)]
    return sorted(weights, key=lambda weighed: -weighed[1])


def _near(borne: Positions, position: int) -> Positions:
    """Give the bearers of a tag, or as many of them around a position as matter."""
    if len(borne) <= NEAR:
        return borne
    first = max(0, min(borne.rank(position) - NEAR // 2, len(borne) - NEAR))
    return Positions(borne[first : first + NEAR])


def _best(index: "TagIndex", fresh: Positions, table: Numbers, position: int, most: int) -> list[tuple[int, int, int]]:
    """Give score (negative), distance in time and position of those that come first."""
    if not fresh:
        return []
    places = np.frombuffer(fresh.to_array(), np.uint32)
    lengths = index.lengths[places]
    scores = np.add.reduceat(table[tags_at(index, places)], np.cumsum(lengths, dtype=np.int64) - lengths)
    if len(places) > most:
        good = scores >= np.partition(scores, -most)[-most]
        places, scores = places[good], scores[good]
    distances = np.abs(index.published[places] - index.published[position])
    order = np.lexsort((places, distances, -scores))[:most]
    return list(zip((-scores[order]).tolist(), distances[order].tolist(), places[order].tolist(), strict=True))
