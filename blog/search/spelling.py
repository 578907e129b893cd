"""Near spellings: of a search that finds little, and of an address that leads to no post. Nothing hidden is offered."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from blog.models import PostPage
from blog.search.matching import search
from blog.search.positions import beginning
from blog.tagindex import Positions, TagIndex
from blog.terms import folded, term_of, terms_of, words

LITTLE = 3  # posts: a word that fewer have may be misspelt
NEAR = 0.75  # similarity of two words; 1 is the greatest
NEAR_SLUG = 70  # similarity of two slugs; 100 is the greatest
OFFERED, OFFERED_NOTES = 3, 5
PER_WORD = 3  # near spellings that are tried for each word
MOST_WORDS = 6  # words of a text that are looked at
SHORTEST = 3  # characters of a word that is corrected
BEGINNING = 2  # characters that a near word in a title has in common with the misspelt one
MOST_TITLES = 200  # titles that are compared
BETWEEN_WORDS = re.compile(r"[\W_]+")


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
    known = {*_words_of_tags(index), *_words_of_titles(index, word)}
    others = [other for other in known if term_of(other) != term_of(word)]
    return [
        near
        for near, *_rest in process.extract(word, others, scorer=OSA.normalized_similarity, score_cutoff=NEAR, limit=PER_WORD)
    ]


def _words_of_tags(index: TagIndex) -> Iterator[str]:
    """Yield each tag's name, and the words of it."""
    for number in index.numbers.values():
        name = folded(index.tag_list[number].name)
        yield name
        yield from BETWEEN_WORDS.split(name)


def _words_of_titles(index: TagIndex, word: str) -> Iterator[str]:
    """Yield the words in titles that begin like a word."""
    first = folded(word)[:BEGINNING]
    for _slug, title in _titles(index, [first]).values():
        yield from (other for other in BETWEEN_WORDS.split(folded(title)) if other.startswith(first))


def near_notes(index: TagIndex, slug: str) -> list[NearNote]:
    """Return the posts whose slugs are most similar to one that no post has."""
    sought = BETWEEN_WORDS.split(slug)[:MOST_WORDS]
    titles = _titles(index, [folded(word)[:BEGINNING] for word in sought if len(word) >= SHORTEST])
    slugs = {post: other for post, (other, _title) in titles.items()}
    near = process.extract(slug, slugs, scorer=fuzz.WRatio, score_cutoff=NEAR_SLUG, limit=OFFERED_NOTES)
    return [NearNote(*titles[post]) for _slug, _score, post in near]


def _titles(index: TagIndex, beginnings: list[str]) -> dict[int, tuple[str, str]]:
    """Return slug and title, by id, of visible posts with words in their titles that begin in one of these ways."""
    sought = [letters for letters in beginnings if letters.isalnum()]
    if not sought:
        return {}
    return PostPage.objects.titles([int(index.post_ids[place]) for place in beginning(index, "title", sought, MOST_TITLES)])
