"""Excerpts of posts around the words that were found."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from blog.markdown.layout import TRANSLATED
from blog.terms import folded, text_of, word_at, words

CONTEXT_LENGTH = 80  # characters of text before and after a word that was found
ALERT_TITLE = re.compile(rf"<p [^>]*{TRANSLATED}[^>]*>[^<]*</p>")  # a word in no language yet
PIECE_LENGTH = 1_500  # characters of HTML that are searched at a time
PIECE_END = re.compile(r"</(?:p|li|h[1-6]|pre|table)>")
BEGINNING, ENDING = 3, 2  # characters of a term that all forms of the word begin with, at least; its last ones may differ
NOT_ASCII = re.compile(r"[^\x00-\x7f]")

Place = tuple[int, int]


class ExcerptPart(NamedTuple):
    """A part of an excerpt: a search term, or the text around it."""

    text: str
    is_sought: bool


def excerpt(html: str, text: str) -> list[ExcerptPart]:
    """Return the part of a post's text (stored HTML) around the first search term, split at each term; empty without a match.

    >>> [tuple(part) for part in excerpt("<p>Tea &amp; <b>toasted</b> bread.</p>", "TOAST")]
    [('Tea & ', False), ('toasted', True), (' bread.', False)]
    """
    sought = _Sought(text)
    before = ""
    pieces = _pieces(html)
    for piece in pieces:
        plain = text_of(piece)
        if next(sought.places(plain), None):
            after = text_of(next(pieces, ""))
            return _around(before, " ".join(filter(None, (plain, after))), sought, is_end=next(pieces, None) is None)
        before = " ".join(filter(None, (before, plain)))[-2 * CONTEXT_LENGTH :]
    return []


def _pieces(html: str) -> Iterator[str]:
    """Yield parts of stored HTML of some length that end with a paragraph, an item or a heading."""
    if TRANSLATED in html:
        html = ALERT_TITLE.sub("", html)
    start = 0
    while start < len(html):
        found = PIECE_END.search(html, start + PIECE_LENGTH)
        end = found.end() if found else len(html)
        yield html[start:end]
        start = end


def _around(before: str, plain: str, sought: "_Sought", *, is_end: bool) -> list[ExcerptPart]:
    """Return the parts of a text with a search term, which is preceded by another."""
    offset = len(before) + 1 if before else 0
    whole = f"{before} {plain}" if before else plain
    found = ((start + offset, end + offset) for start, end in sought.places(plain))
    first = next(found, None)
    if first is None:
        return []
    start, end = _cut(whole, first[0] - CONTEXT_LENGTH, -1), _cut(whole, first[1] + CONTEXT_LENGTH, 1)
    parts: list[ExcerptPart] = []
    lead, last = "… " if start else "", start
    while first and first[1] <= end:
        parts += [ExcerptPart(lead + whole[last : first[0]], False), ExcerptPart(whole[first[0] : first[1]], True)]
        lead, last = "", first[1]
        first = next(found, None)
    parts.append(ExcerptPart(whole[last:end] + ("" if is_end and end == len(whole) else " …"), False))
    return [part for part in parts if part.text]


class _Sought:
    """The words of a search, to be found in plain texts."""

    def __init__(self, text: str) -> None:
        found = list(words(text))
        self.terms = {word.exact for word in found}
        beginnings = sorted({_beginning(word.term) for word in found})
        self.beginning = re.compile("|".join(map(re.escape, beginnings)) or r"(?!)")

    def places(self, plain: str) -> Iterator[Place]:
        """Yield where the words stand in a plain text; those of an unspaced script side by side as one."""
        last: Place | None = None
        for start, end in self._words(plain):
            if last and last[1] == start:
                last = (last[0], end)
                continue
            if last:
                yield last
            last = (start, end)
        if last:
            yield last

    def _words(self, plain: str) -> Iterator[Place]:
        for candidate in self.beginning.finditer(_aligned(plain)):
            word = word_at(plain, candidate.start())
            if word and (word.term in self.terms or word.signed in self.terms):
                yield word.start, word.end


def _beginning(term: str) -> str:
    """Return how all words begin, without case and accents, that may have a term."""
    return term[: max(BEGINNING, len(term) - ENDING)]


def _aligned(plain: str) -> str:
    """Return a text without case and accents, in which each character keeps its place."""
    return plain.lower() if plain.isascii() else NOT_ASCII.sub(lambda sign: _letter(sign[0]), plain).lower()


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
