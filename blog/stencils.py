"""Stencils: a template rendered once for each shape its pages have, with holes where words differ from page to page.

Django's templates take ten times longer over a listing than all the rest; filling the holes takes next to nothing.
"""

import re
from collections.abc import Hashable, Mapping
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


HOLES = [Hole(f"\0{number}\0") for number in range(1_000)]


class Stencil(NamedTuple):
    """What stands between the holes, and in each hole the number of its word."""

    parts: list[str]  # by turns a text, and a place for a word
    words: list[int]


def fill(template: str, words: Mapping[str, Word], **shape: Hashable) -> SafeString:
    """Render a template with words, which it may show, and ask whether they are there; and with whatever else is its shape.

    A shape is a flag, a choice among few: each makes a stencil of its own. Words are escaped unless they are safe.
    """
    found: list[str] = []
    punched = tuple([_punch(word, found) for word in words.values()])
    compiled = get_template(template).template  # type: ignore[attr-defined]  # another one once its file changes
    stencil = _cut(compiled, get_language(), tuple(words), punched, tuple(shape.items()))
    shown = [word if isinstance(word, SafeString) else escape(word) for word in found]
    parts = stencil.parts.copy()
    parts[1::2] = [shown[number] for number in stencil.words]
    return SafeString("".join(parts))


def _punch(word: Word, found: list[str]) -> Word:
    """The same with holes for words, which are noted in their order; what is not there stays so."""
    if isinstance(word, str):
        if not word:
            return ""
        found.append(word)
        return HOLES[len(found) - 1] if len(found) <= len(HOLES) else Hole(f"\0{len(found) - 1}\0")
    if isinstance(word, tuple):
        parts = [_punch(part, found) for part in word]
        return word._make(parts) if hasattr(word, "_make") else tuple(parts)
    if word is None or isinstance(word, bool):
        return word
    raise TypeError(f"{word!r} is no word, flag or tuple of them: a stencil is filled with nothing else.")


@lru_cache(STENCILS)
def _cut(
    template: Template, language: str, names: tuple[str, ...], words: tuple[Word, ...], shape: tuple[tuple[str, Hashable], ...]
) -> Stencil:
    """Render a template with holes; the language is that of this thread."""
    text = template.render(Context({**dict(zip(names, words, strict=True)), **dict(shape)}))
    parts = HOLE.split(text)
    return Stencil(parts, [int(number) for number in parts[1::2]])
