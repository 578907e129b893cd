"""Excerpts of posts around the words that were found."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from blog.markdown.plain_text import UNSPACED
from blog.terms import folded, text_of, words

CONTEXT_LENGTH = 80  # characters of text before and after a word that was found
BEGINNING = 3  # characters that the forms of a word have in common with its term
NOT_ASCII = re.compile(r"[^\x00-\x7f]")

Place = tuple[int, int]


class ExcerptPart(NamedTuple):
    """A part of an excerpt: a search term, or the text around it."""

    text: str
    is_sought: bool


def excerpt(html: str, text: str) -> list[ExcerptPart]:
    """Return the part of a post's text around the first search term, split at each term; empty without a match.

    >>> [tuple(part) for part in excerpt("<p>Tea &amp; <b>toasted</b> bread.</p>", "TOAST")]
    [('Tea & ', False), ('toasted', True), (' bread.', False)]
    """
    plain = text_of(html)
    found = _places(plain, text)
    first = next(found, None)
    if first is None:
        return []
    start, end = _cut(plain, first[0] - CONTEXT_LENGTH, -1), _cut(plain, first[1] + CONTEXT_LENGTH, 1)
    parts: list[ExcerptPart] = []
    before, last = "… " if start else "", start
    while first and first[1] <= end:
        parts += [ExcerptPart(before + plain[last : first[0]], False), ExcerptPart(plain[first[0] : first[1]], True)]
        before, last = "", first[1]
        first = next(found, None)
    parts.append(ExcerptPart(plain[last:end] + (" …" if end < len(plain) else ""), False))
    return [part for part in parts if part.text]


def _places(plain: str, text: str) -> Iterator[Place]:
    """Yield where the words of a search stand in a plain text; those of an unspaced script side by side as one."""
    sought = {word.exact: word.term for word in words(text)}
    beginnings = {_beginning(term) for term in sought.values()}
    if not beginnings:
        return
    last: Place | None = None
    for candidate in re.finditer("|".join(sorted(beginnings)), _aligned(plain)):
        word = next(words(candidate[0] if plain.isascii() else plain[candidate.start() : candidate.end()]), None)
        if word is None or not (word.term in sought or word.signed in sought):
            continue
        start, end = candidate.start() + word.start, candidate.start() + word.end
        if last and last[1] == start:
            last = (last[0], end)
            continue
        if last:
            yield last
        last = (start, end)
    if last:
        yield last


def _beginning(term: str) -> str:
    """Return the pattern of words, without case and accents, that may have a term."""
    if UNSPACED.match(term):
        return re.escape(term)
    return rf"(?<!\w)\.?{re.escape(term[:BEGINNING])}\w*[+#]*"


def _aligned(plain: str) -> str:
    """Return a text without case and accents, in which each character keeps its place."""
    return NOT_ASCII.sub(lambda sign: _letter(sign[0]), plain).lower()


@lru_cache(10_000)
def _letter(sign: str) -> str:
    lowered = folded(sign)[:1]
    return lowered if len(lowered.lower()) == 1 else sign


def _cut(text: str, place: int, direction: int) -> int:
    """Return the word boundary next to a position: before it where `direction` is negative, else after it."""
    if place <= 0 or place >= len(text):
        return max(0, min(place, len(text)))
    space = text.rfind(" ", 0, place) + 1 if direction < 0 else text.find(" ", place)
    return space if space >= 0 else len(text)
