"""Order by relevance: words in the title count more than in a tag's name, those more than in the text; then newest first."""

import numpy as np

from blog.search.matching import tagged
from blog.search.phrases import Phrase, read_phrases
from blog.search.positions import matching, matching_each, scored
from blog.selections.selection import Selection
from blog.tagindex import Positions, TagIndex
from blog.tagindex.types import IntArray
from blog.terms import words

# Points for each phrase in the title, and in a tag's name. A text has less than 1.
TITLE, TAG = 4, 2
# Points for each phrase of a search whose very words stand in the title, or are a tag's name: more than for all phrases apart.
WHOLE_TITLE, WHOLE_TAG = 8, 6
MOST_PHRASES = 8  # phrases of a search that are weighed: a longer one has few matches
MOST_SCORED = 100  # posts of equal points whose texts are compared: PostgreSQL takes 0.05 ms for each


def by_relevance(index: TagIndex, text: str, chosen: Positions, start: int, stop: int) -> IntArray:
    """Return those of the chosen positions that come from `start` to `stop` in order of relevance to a search.

    Texts are compared only where that decides about these.
    """
    phrases = read_phrases(text)[:MOST_PHRASES]
    points, places = _points(index, text, phrases), _places(chosen)
    places = places[np.lexsort((-places, -points[places]))]
    score = points.astype(np.float64)
    for tier in np.unique(points[places[start:stop]]):
        equals = places[points[places] == tier]
        if 1 < len(equals) <= MOST_SCORED:
            matching_places, scores = scored(index, phrases, equals)
            score[matching_places] += 0.99 * np.maximum(scores, 0) / max(scores.max(initial=0), 1e-9)
    return places[np.lexsort((-places, -score[places]))][start:stop]


def _points(index: TagIndex, text: str, phrases: list[Phrase]) -> IntArray:
    """Return the points of every position for words in titles and tags' names."""
    points = np.zeros(len(index.post_ids), np.int64)
    titles = np.zeros(len(points), np.int64)  # phrases in the title, by position
    for phrase, titled in zip(phrases, matching_each(index, "title", [[phrase] for phrase in phrases]), strict=True):
        titles[titled] += 1
        points[titled] += TITLE
        points[_places(tagged(index, phrase))] += TAG
    if phrases and (titles == len(phrases)).any():
        whole = matching(index, "autocomplete", [tuple(word.bare for word in words(text))])
        points[whole[titles[whole] == len(phrases)]] += WHOLE_TITLE * len(phrases)
    points[_places(_named(index, text))] += WHOLE_TAG * len(phrases)
    return points


def _named(index: TagIndex, text: str) -> Positions:
    """Return the positions of the posts with the tag of this name."""
    slug = index.known.named(text.replace('"', ""))
    return index.select(Selection(wanted=(slug,))) if slug else Positions()


def _places(found: Positions) -> IntArray:
    return np.fromiter(found, np.int64, len(found))
