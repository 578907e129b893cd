"""What a reader searches for, as phrases of terms. Pure."""

import re

from blog.terms import terms_of

PART = re.compile(r'["“”„]([^"“”„]*)["“”„]|[^\s"“”„]+')

Phrase = tuple[str, ...]  # terms that stand side by side; mostly one


def read_phrases(text: str) -> list[Phrase]:
    """Return the phrases of a search: quoted ones, and each word, of which “e-mail” is two terms side by side.

    >>> read_phrases('"Open data" e-mail C++ open "')
    [('open', 'data'), ('e', 'mail'), ('cplusplus',), ('open',)]
    """
    parts = (found[0] if found[1] is None else found[1] for found in PART.finditer(text))
    return [phrase for phrase in dict.fromkeys(map(terms_of, parts)) if phrase]


def contains(name: Phrase, phrase: Phrase) -> bool:
    """Return whether the terms of a phrase stand side by side in a name."""
    length = len(phrase)
    return any(name[start : start + length] == phrase for start in range(len(name) - length + 1))
