"""Terms: the forms under which words are indexed and found, the same on every database.

A word's term is its stem in the site's language (Snowball), without case and accents: `procure` and “Procurement” are one term.
Signs that tell names apart make another: “C++” is indexed as `c` and `cplusplus`, and found by `cplusplus` alone.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from html import unescape
from typing import NamedTuple

import Stemmer
from django.conf import settings
from django.conf.locale import LANG_INFO

from blog.markdown import allowlist
from blog.markdown.plain_text import INLINE, UNSPACED
from blog.selections.slugs import SPELT

WORDS = 50_000  # words whose terms are cached: a blog's vocabulary
LONGEST = 64  # characters of a term; longer ones are no words
MARKUP = re.compile(r"""<img\b[^>]*?\balt="([^"]*)"[^>]*>|<[^>]*>""")
INLINE_TAG = re.compile(rf"</?(?:{'|'.join(sorted(INLINE - allowlist.MATHML))})\b[^>]*>")  # which part no words
CHARACTERS = UNSPACED.pattern.strip("[]")  # of scripts without spaces between words: each is a word
LETTER = rf"[^\W_{CHARACTERS}]"
WORD = re.compile(rf"([{CHARACTERS}])|((?<![\w.])\.)?({LETTER}+(?:[\u0300-\u036f]+{LETTER}*)*)((?:\+\+|[+#](?![+#]))(?!\w))?")

_cache: ContextVar[dict[str, str] | None] = ContextVar("terms", default=None)
INNER = re.compile(rf"{LETTER}|[\u0300-\u036f]")  # after which no word begins


class Word(NamedTuple):
    """A word of a text: its place, the word in lower case, its term, and a term for the word with its signs (“C++”) or ""."""

    start: int
    end: int
    bare: str
    term: str
    signed: str

    @property
    def exact(self) -> str:
        """Return the term by which to search for this word: with its signs, if it has any."""
        return self.signed or self.term


def words(text: str) -> Iterator[Word]:
    """Yield the words of a text.

    >>> [word.exact for word in words("Procurement of C++, C# and .NET: naïve")]
    ['procur', 'of', 'cplusplus', 'csharp', 'and', 'dotnet', 'naiv']
    """
    yield from map(_word, WORD.finditer(text))


def word_at(text: str, place: int) -> Word | None:
    """Return the word of a text whose first letter stands at a place; None where none begins.

    >>> word_at("In .NET", 4), word_at("In .NET", 5)
    (Word(start=3, end=7, bare='net', term='net', signed='dotnet'), None)
    """
    if place and INNER.match(text, place - 1) and not UNSPACED.match(text, place):
        return None
    found = WORD.match(text, place - 1) if text[place - 1 : place] == "." else None
    found = found or WORD.match(text, place)
    return _word(found) if found else None


def _word(found: re.Match[str]) -> Word:
    character, dot, word, signs = found.groups()
    bare = character or word
    return Word(*found.span(), bare.lower(), term_of(bare), _signed(dot, word, signs) if dot or signs else "")


def indexed(text: str) -> str:
    """Return the terms of a text as a database is to index them, separated by blanks."""
    cache = _cache.get()
    if cache is None:
        return _indexed(text)
    if text not in cache:
        cache[text] = _indexed(text)
    return cache[text]


@contextmanager
def caching_terms(known: Mapping[str, str]) -> Iterator[None]:
    """Cache terms within the block, for a transaction for which others wait: the search index asks for them three times.

    `known` are those that `indexed` has returned before, by text.
    """
    token = _cache.set(dict(known))
    try:
        yield
    finally:
        _cache.reset(token)


def _indexed(text: str) -> str:
    terms: list[str] = []
    for character, dot, word, signs in WORD.findall(text):
        terms.append(term_of(character or word))
        if dot or signs:
            terms.append(_signed(dot, word, signs))
    return " ".join(terms)


def _signed(dot: str | None, word: str, signs: str | None) -> str:
    return (("dot" if dot else "") + folded(word) + "".join(map(SPELT.__getitem__, signs or "")))[:LONGEST]


@lru_cache(WORDS)
def terms_of(name: str) -> tuple[str, ...]:
    """Return the terms by which to search for a short text, such as a tag's name."""
    return tuple(word.exact for word in words(name))


def term_of(word: str) -> str:
    """Return the term of a word without signs."""
    return stem(word, settings.LANGUAGE_CODE)


@lru_cache(WORDS)
def stem(word: str, language: str) -> str:
    """Return the stem of a word in a language, without case and accents; the word so folded where Snowball has none."""
    bare = folded(word)
    name = _algorithm(language)
    return (Stemmer.Stemmer(name, 0).stemWord(bare) if name else bare)[:LONGEST]  # a stemmer must not be shared by threads


def folded(word: str) -> str:
    """Return a word without case and accents.

    >>> folded("Größe")
    'grosse'
    """
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFKD", word.casefold())
    return unicodedata.normalize("NFC", "".join(filter(str.isalnum, apart))) or word


@cache
def _algorithm(language: str) -> str | None:
    """Return the name of Snowball's algorithm for a language code; None where it has none."""
    info = LANG_INFO.get(language.partition("-")[0]) or LANG_INFO.get(language) or {}
    name = str(info.get("name", "")).partition(" ")[0].lower()  # “Norwegian Bokmål”
    return name if name in Stemmer.algorithms() else None


def text_of(html: str) -> str:
    """Return the text of HTML on one line, with the descriptions of its images.

    >>> text_of('<p>Tea &amp; <img alt="toast" src="a.png"></p><p><a href="/">J<b>am</b></a>.</p>')
    'Tea & toast Jam.'
    """
    parts = MARKUP.split(INLINE_TAG.sub("", html))  # in turn a text, and the description of an image or None
    return " ".join(unescape(" ".join(filter(None, parts))).split())


def searched_text(title: str, subtitle: str, summary: str, html: str) -> str:
    """Return all text of a post in which readers search."""
    return "\n".join([title, subtitle, summary, text_of(html)])
