"""Related posts: similarity by shared tags, weighted by inverse document frequency. Pure."""

from math import log1p

import numpy as np

from blog.tagindex.facets import tags_at
from blog.tagindex.inverted_index import InvertedIndex
from blog.tagindex.types import IntArray, Positions

MAX_POSTS_PER_TAG = 2_000  # of a tag with more, those nearest in publication are considered
WEIGHT_SCALE = 1_000_000  # weights are integers, so that sums do not depend on the order of addition


def find_related(index: InvertedIndex, position: int, limit: int) -> list[int]:
    """Return the positions of the `limit` posts with the highest similarity to one, ties by distance in time.

    A shared tag counts ln(1 + posts / posts with the tag). Tags are processed from the rarest on, until the rest together
    cannot lift another post into the result.
    """
    weights = _weights(index, position)
    table = np.zeros(len(index.tag_list), np.int64)
    for number, weight in weights:
        table[number] = weight
    possible = sum(weight for _number, weight in weights)  # upper bound for posts with none of the tags processed so far
    found = Positions([position])
    best: list[tuple[int, int, int]] = []
    for number, weight in weights:
        if len(best) == limit and -best[-1][0] > possible:
            break
        fresh = _nearest(index.postings_of(number), position) - found
        found |= fresh
        best = sorted(best + _best(index, fresh, table, position, limit))[:limit]
        possible -= weight
    return [place for _score, _distance, place in best]


def _weights(index: InvertedIndex, position: int) -> list[tuple[int, int]]:
    """Return (tag number, weight) of the post's tags, the highest weight first."""
    numbers, posts = index.tag_numbers(position), len(index)
    post_counts: list[int] = index.post_counts[numbers].tolist()
    weights = [(number, round(log1p(posts / total) * WEIGHT_SCALE)) for number, total in zip(numbers, post_counts, strict=True)]
    return sorted(weights, key=lambda weighed: -weighed[1])


def _nearest(postings: Positions, position: int) -> Positions:
    """Return a tag's postings, limited to MAX_POSTS_PER_TAG around a position."""
    if len(postings) <= MAX_POSTS_PER_TAG:
        return postings
    first = max(0, min(postings.rank(position) - MAX_POSTS_PER_TAG // 2, len(postings) - MAX_POSTS_PER_TAG))
    return Positions(postings[first : first + MAX_POSTS_PER_TAG])


def _best(index: InvertedIndex, fresh: Positions, table: IntArray, position: int, limit: int) -> list[tuple[int, int, int]]:
    """Return (negative score, distance in time, position) of the best `limit` posts."""
    if not fresh:
        return []
    places = np.frombuffer(fresh.to_array(), np.uint32)
    forward_lengths = index.forward_lengths[places]
    scores = np.add.reduceat(table[tags_at(index, places)], np.cumsum(forward_lengths, dtype=np.int64) - forward_lengths)
    if len(places) > limit:
        good = scores >= np.partition(scores, -limit)[-limit]
        places, scores = places[good], scores[good]
    distances = np.abs(index.published[places] - index.published[position])
    order = np.lexsort((places, distances, -scores))[:limit]
    return list(zip((-scores[order]).tolist(), distances[order].tolist(), places[order].tolist(), strict=True))
