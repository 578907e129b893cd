"""Near spellings: of a search that finds little, and of an address that leads to no post. Nothing hidden is offered."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import chain, compress
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from blog.models import PostPage
from blog.search.matching import search
from blog.search.positions import matching
from blog.search.statements import read_titles
from blog.tagindex import Positions, TagIndex
from blog.terms import WORDS, folded, term_of, terms_of, words

LITTLE = 3  # posts: a word that fewer have may be misspelt
NEAR = 0.75  # similarity of two words; 1 is the greatest
NEAR_SLUG = 70  # similarity of two slugs; 100 is the greatest
OFFERED, OFFERED_NOTES = 3, 5
PER_WORD = 3  # near spellings that are tried for each word
MOST_WORDS = 6  # words of a text that are looked at
SHORTEST = 3  # characters of a word that is corrected
MOST_SIMILAR = 12  # similar words, some of which are forms of the misspelt one
MOST_TITLES = 20_000  # newest posts, the words of whose titles are known
MOST_COMPARED = 100  # posts whose slugs are compared
BETWEEN_WORDS = re.compile(r"[\W_]+")

_known_words: WeakKeyDictionary[TagIndex, list[str]] = WeakKeyDictionary()  # of each snapshot


class Correction(NamedTuple):
    """A search with a word spelt otherwise, and the number of posts that it finds."""

    text: str
    posts: int


class NearNote(NamedTuple):
    """A post whose slug is similar to another."""

    slug: str
    title: str


def corrections(index: TagIndex, text: str, count: Callable[[Positions], int]) -> list[Correction]:
    """Return similar searches that find more posts than this one, those that find most first.

    `count` gives the number of those posts that are in question among the ones that a search finds.
    """
    found = count(search(index, text))
    others = {terms_of(other): other for other in reversed([*_corrected(index, text)])}
    counted = [Correction(other, count(search(index, other))) for other in others.values()]
    better = [correction for correction in counted if correction.posts > found]
    return sorted(better, key=lambda correction: -correction.posts)[:OFFERED]


def _corrected(index: TagIndex, text: str) -> Iterator[str]:
    """Yield a text with one rare word replaced by a similar one, and with all of them."""
    everywhere = text
    for word in reversed(list(words(text))[:MOST_WORDS]):  # places before a word that is replaced stay as they are
        written = text[word.start : word.end]
        if len(written) < SHORTEST or len(search(index, written)) >= LITTLE:
            continue
        near = _near_words(index, folded(written))
        yield from (text[: word.start] + other + text[word.end :] for other in near)
        everywhere = everywhere[: word.start] + (near[0] if near else written) + everywhere[word.end :]
    yield everywhere


def _near_words(index: TagIndex, word: str) -> list[str]:
    """Return words similar to one without case and accents, in tags' names and in titles."""
    known = _vocabulary(index)
    similar = process.extract(word, known, scorer=OSA.normalized_similarity, score_cutoff=NEAR, limit=MOST_SIMILAR)
    return [near for near, *_rest in similar if term_of(near) != term_of(word)][:PER_WORD]


def _vocabulary(index: TagIndex) -> list[str]:
    """Return the words of visible posts' titles and tags, and tags' whole names: read once for each snapshot."""
    known = _known_words.get(index)
    if known is None:
        names = [folded(index.tag_list[number].name) for number in index.numbers.values()]
        posts, titles = read_titles(MOST_TITLES)
        shown = np.isin(posts, index.post_ids)
        written = set(" ".join(compress(titles, shown)).split())
        known = sorted({*names, *chain.from_iterable(map(_parts, {*written, *names}))})
        _known_words[index] = known
    return known


@lru_cache(WORDS)  # of a next snapshot, few are new
def _parts(written: str) -> tuple[str, ...]:
    """Return the words of what stands between blanks in a title, or of a tag's name, without case and accents.

    >>> _parts("“Data-driven”")
    ('data', 'driven')
    """
    return tuple(map(folded, filter(None, BETWEEN_WORDS.split(written))))


def near_notes(index: TagIndex, slug: str) -> list[NearNote]:
    """Return the posts whose slugs are most similar to one that no post has, among those with its words in their titles."""
    sought = [folded(word) for word in BETWEEN_WORDS.split(slug)[:MOST_WORDS] if len(word) >= SHORTEST]
    words_found = np.zeros(len(index.post_ids), np.int64)  # by position
    for word in filter(str.isalnum, sought):
        for term in {term_of(other) for other in (word, *_near_words(index, word))}:
            words_found[matching(index, "title", [(term,)])] += 1
    nearest = np.argsort(-words_found[::-1], kind="stable")[:MOST_COMPARED]
    positions = [place for place in (len(words_found) - 1 - nearest).tolist() if words_found[place]]
    titles = PostPage.objects.titles([int(index.post_ids[place]) for place in positions])
    slugs = {post: other for post, (other, _title) in titles.items()}
    near = process.extract(slug, slugs, scorer=fuzz.WRatio, score_cutoff=NEAR_SLUG, limit=OFFERED_NOTES)
    return [NearNote(*titles[post]) for _slug, _score, post in near]
