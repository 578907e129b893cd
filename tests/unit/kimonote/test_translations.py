"""The catalogue of German: whole, compiled, and true to what it translates. `make messages` brings it up to date."""

import gettext
import re
from collections.abc import Iterable
from typing import Any

import pytest
from babel.messages import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings

from tests.support.source_messages import marked

FOLDER = settings.ROOT / "locale/de/LC_MESSAGES"
HOLES = re.compile(r"%\(\w+\)[a-z]|%[a-z]|\{\w*\}|</?\w+>")  # and elements
CURE = "Run `make messages`, then translate what is new in locale/de/LC_MESSAGES/django.po."


@pytest.fixture(scope="module")
def german() -> Catalog:
    with (FOLDER / "django.po").open("rb") as file:
        return read_po(file, locale="de", abort_invalid=True)


def test_every_message_is_translated_and_nothing_else(german: Catalog) -> None:
    translated = {(message.context or "", _first(message)) for message in german if message.id and _is_translated(message)}
    wanted = marked()
    assert (sorted(wanted - translated), sorted(translated - wanted)) == ([], []), CURE


def test_compiled_catalogue_is_of_this_one(german: Catalog) -> None:
    with (FOLDER / "django.mo").open("rb") as file:
        compiled: dict[Any, str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    expected = {key: words for message in german if message.id and _is_translated(message) for key, words in _entries(message)}
    assert {key: words for key, words in compiled.items() if key} == expected, CURE


def test_translations_have_the_holes_of_the_original(german: Catalog) -> None:
    differing = [message.id for message in german if message.id and not _has_same_holes(message)]
    assert differing == []


def test_quotation_marks_are_german(german: Catalog) -> None:
    wrong = re.compile(r"“\w|“%|[^\W]„|\w'\w|‘")
    assert [words for message in german if message.id for words in _strings(message.string) if wrong.search(words)] == []


def test_address_is_du(german: Catalog) -> None:
    formal = re.compile(r"\b(Ihnen|Ihre?[rnms]?)\b|[\w,;] Sie\b")  # at a sentence's beginning these may be “she” and “they”
    assert [words for message in german if message.id for words in _strings(message.string) if formal.search(words)] == []


def _first(message: Message) -> str:
    return str(next(iter(_strings(message.id))))


def _strings(words: Any) -> Iterable[str]:
    return (words,) if isinstance(words, str) else words


def _is_translated(message: Message) -> bool:
    return not message.fuzzy and all(_strings(message.string))


def _entries(message: Message) -> Iterable[tuple[Any, str]]:
    """As the compiled catalogue keys them: the context before an end-of-transmission sign, plurals by their number."""
    key = f"{message.context}\x04{_first(message)}" if message.context else _first(message)
    if isinstance(message.id, str):
        return [(key, str(message.string))]
    return [((key, number), words) for number, words in enumerate(message.string)]


def _has_same_holes(message: Message) -> bool:
    """Each translation fills what the original fills; a form for one may leave the number to a word."""
    wanted = [sorted(HOLES.findall(words)) for words in _strings(message.id)]
    found = [sorted(HOLES.findall(words)) for words in _strings(message.string)]
    return all(holes in wanted for holes in found) and found[-1] == wanted[-1]
