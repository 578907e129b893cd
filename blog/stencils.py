"""Stencils: a template rendered once for each shape its pages have, with holes where words differ from page to page.

Django's templates take ten times longer over a listing than all the rest; filling the holes takes next to nothing.
"""

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import lru_cache
from html import escape
from typing import Any, NamedTuple, NoReturn

from django.template import Context, Template
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

STENCILS = 1_000  # kept at once, of a few KB each
HOLE = re.compile("\0([0-9]+)\0")

Word = str | bool | None | tuple[Any, ...]  # a tuple of words, so also a named one


class Hole(str):
    """Stands for a word that is not known while a template is rendered, so that no filter can work on it."""

    __slots__ = ()

    def __html__(self) -> str:
        return str.__str__(self)

    def __str__(self) -> NoReturn:
        raise TypeError("A filter stands on a word of a stencil, which is not known yet: make the word as it is to be shown.")


@lru_cache(1_000)
def _hole(number: int) -> Hole:
    return Hole(f"\0{number}\0")


class Stencil(NamedTuple):
    """What stands between the holes, and in each hole the number of its word."""

    parts: list[str]  # by turns a text, and a place for a word
    words: list[int]


def fill(template: str, words: Mapping[str, Word], **shape: Hashable) -> SafeString:
    """Render a template with words, which it may show, and ask whether they are there; and with whatever else is its shape.

    A shape is a flag, a choice among few: each makes a stencil of its own. Words are escaped unless they are safe.
    """
    return next(fill_each(template, [words], **shape))


def fill_each(template: str, pages: Iterable[Mapping[str, Word]], **shape: Hashable) -> Iterator[SafeString]:
    """The same for many at once, such as the entries of a feed."""
    compiled = get_template(template).template  # type: ignore[attr-defined]  # another one once its file changes
    language, flags = get_language(), tuple(shape.items())
    for words in pages:
        found: list[str] = []
        punched = _punch(words.values(), found)
        yield _filled(_cut(compiled, language, tuple(words), punched, flags), found)


def _filled(stencil: Stencil, words: list[str]) -> SafeString:
    shown = [word if isinstance(word, SafeString) else escape(word) for word in words]
    parts = stencil.parts.copy()
    parts[1::2] = [shown[number] for number in stencil.words]
    return SafeString("".join(parts))


def _punch(words: Iterable[Word], found: list[str]) -> tuple[Word, ...]:
    """The same with holes for words, which are noted in their order; what is not there stays so."""
    punched: list[Word] = []
    for word in words:
        if isinstance(word, str):
            punched.append(_hole(len(found)) if word else "")
            if word:
                found.append(word)
        elif isinstance(word, tuple):
            parts = _punch(word, found)
            punched.append(word._make(parts) if hasattr(word, "_make") else parts)
        elif word is None or isinstance(word, bool):
            punched.append(word)
        else:
            raise TypeError(f"{word!r} is no word, flag or tuple of them: a stencil is filled with nothing else.")
    return tuple(punched)


@lru_cache(STENCILS)
def _cut(
    template: Template, language: str, names: tuple[str, ...], words: tuple[Word, ...], shape: tuple[tuple[str, Hashable], ...]
) -> Stencil:
    """Render a template with holes; the language is that of this thread."""
    text = template.render(Context({**dict(zip(names, words, strict=True)), **dict(shape)}))
    parts = HOLE.split(text)
    return Stencil(parts, [int(number) for number in parts[1::2]])
