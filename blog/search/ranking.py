"""Order by relevance: words in the title count more than in a tag's name, those more than in the text; then newest first."""

import numpy as np

from blog.search.matching import tagged
from blog.search.phrases import read_phrases
from blog.search.positions import matching, scored
from blog.selections.selection import Selection
from blog.tagindex import Positions, TagIndex
from blog.tagindex.types import IntArray
from blog.terms import words

# Points for each phrase in the title, and in a tag's name. A text has less than 1.
TITLE, TAG = 4, 2
# Points for each phrase of a search whose very words stand in the title, or are a tag's name: more than for all phrases apart.
WHOLE_TITLE, WHOLE_TAG = 8, 6
MOST_PHRASES = 8  # phrases of a search that are weighed: a longer one has few matches
MOST_SCORED = 1_000  # matches whose texts are compared: of more, no text stands out, and PostgreSQL takes 0.03 ms for each


def by_relevance(index: TagIndex, text: str, found: Positions, chosen: Positions) -> IntArray:
    """Return the chosen ones of the positions that a search found, in order of relevance to it."""
    phrases = read_phrases(text)[:MOST_PHRASES]
    score = np.zeros(len(index.post_ids))  # by position
    titles = np.zeros(len(score), np.int64)  # phrases in the title, by position
    for phrase in phrases:
        titled = matching(index, "title", [phrase])
        titles[titled] += 1
        score[titled] += TITLE
        score[_places(tagged(index, phrase))] += TAG
    if phrases and (titles == len(phrases)).any():
        whole = matching(index, "autocomplete", [tuple(word.bare for word in words(text))])
        score[whole[titles[whole] == len(phrases)]] += WHOLE_TITLE * len(phrases)
    score[_places(_named(index, text))] += WHOLE_TAG * len(phrases)
    if 0 < len(found) <= MOST_SCORED:
        places, scores = scored(index, "body", phrases)
        score[places] += 0.99 * np.maximum(scores, 0) / max(scores.max(initial=0), 1e-9)
    places = _places(chosen)
    return places[np.lexsort((-places, -score[places]))]


def _named(index: TagIndex, text: str) -> Positions:
    """Return the positions of the posts with the tag of this name."""
    slug = index.known.named(text.replace('"', ""))
    return index.select(Selection(wanted=(slug,))) if slug else Positions()


def _places(found: Positions) -> IntArray:
    return np.fromiter(found, np.int64, len(found))
