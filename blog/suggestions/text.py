"""The words of a post as the models of tags count them."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from blog.terms import indexed

TITLE_WEIGHT: Final = 3  # times that a word in the title counts
MAX_LENGTH: Final = 100_000  # characters of a text that are read
NO_WORDS: Final = re.compile(r"https?://\S+|\]\([^)\s]*(?:\s[^)]*)?\)|<[^<>]+>|&#?\w+;")  # addresses and markup of Markdown


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that tags are suggested for."""

    title: str
    text: str  # Markdown
    summary: str = ""
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TaggedPost(Draft):
    """A post that a model learns from; its key tells it from others."""

    tags: tuple[str, ...] = ()
    key: int = 0


@dataclass(frozen=True, slots=True)
class DraftTerms:
    """The terms of a draft's title, and of its summary and text."""

    title: list[str]
    text: list[str]

    @property
    def counts(self) -> Counter[str]:
        """Return how often each word counts, and each pair of words that follow one another."""
        counts = Counter([*self.text, *map(" ".join, pairwise(self.text))])
        for term in (*self.title, *map(" ".join, pairwise(self.title))):
            counts[term] += TITLE_WEIGHT
        return counts


def terms_of(text: str) -> list[str]:
    """Return the terms of Markdown, without single letters and numbers.

    >>> terms_of("Reading [the guide](https://example.org/python) in 2 days")
    ['read', 'the', 'guid', 'in', 'day']
    """
    found = indexed(NO_WORDS.sub(" ", text[:MAX_LENGTH])).split()
    return [term for term in found if not term.isdigit() and (len(term) > 1 or not term.isascii())]


def draft_terms(draft: Draft) -> DraftTerms:
    """Return the terms of a draft."""
    return DraftTerms(terms_of(draft.title), [*terms_of(draft.summary), *terms_of(draft.text)])
