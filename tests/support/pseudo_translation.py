"""Pseudo-translation: every message in brackets, so that words outside of them are those that nobody marked."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.test import override_settings
from django.utils.translation import trans_real
from lxml.etree import Element
from lxml.html import HtmlElement

CODE = "et"
OPEN, CLOSED = "⟦", "⟧"
TEXT_ATTRIBUTES = ("alt", "aria-label", "content", "placeholder", "title")  # attributes that hold words
NOT_WORDS = ("code", "kbd", "math", "pre", "script", "style")
NAMES = re.compile(
    r"\b(Atom|JSON Feed|JSON|Kimonote|Markdown|OPML|RSS|UTC)\b"  # which are the same in every language
    r"|\S+@\S+|https?:\S+|\bsummary_large_image\b|\bsummary\b|\bwebsite\b|\barticle\b|\bnoindex\b|\bwidth=device-width\S*"
    r"|\binitial-scale=1\b|\b[\d-]+T[\d:+.-]+\b|#[0-9a-f]{6}\b|\blight dark\b"
)
LATIN = re.compile(r"[A-Za-zÀ-ɏ]{2,}")


class PseudoTranslation(trans_real.DjangoTranslation):
    """Puts every message into brackets."""

    def gettext(self, message: str) -> str:
        return f"{OPEN}{message.rpartition(trans_real.CONTEXT_SEPARATOR)[2]}{CLOSED}" if message else ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


@contextmanager
def pseudo_translated() -> Iterator[None]:
    """Let the site's language be that one: it goes by the name of another, of which nothing is kept in memory."""
    with override_settings(LANGUAGES=[*settings.LANGUAGES, (CODE, "Estonian")], LANGUAGE_CODE=CODE):
        trans_real._translations[CODE] = PseudoTranslation(CODE)  # type: ignore[attr-defined]
        yield
    trans_real._translations.pop(CODE, None)  # type: ignore[attr-defined]


def outside(text: str) -> list[str]:
    """The Latin words of a text that no bracket holds.

    >>> outside("⟦by %s⟧ Ada ⟦and ⟦more⟧⟧ or λόγος")
    ['Ada', 'or']
    """
    depth, kept = 0, []
    for part in re.split(f"([{OPEN}{CLOSED}])", NAMES.sub(" ", text)):
        depth += (part == OPEN) - (part == CLOSED)
        kept.append("" if depth else part)
    return LATIN.findall(" ".join(kept))


def outside_of(page: HtmlElement) -> list[str]:
    """The same of all that a page says, also to those who listen."""
    values = [element.get(name, "") for element in page.iter(Element) for name in TEXT_ATTRIBUTES]
    return [*outside("".join(_texts(page))), *(word for text in values for word in outside(text))]


def _texts(element: Any) -> Iterator[str]:
    if isinstance(element.tag, str) and element.tag not in NOT_WORDS:
        yield element.text or ""
        for child in element:
            yield from _texts(child)
            yield child.tail or ""
