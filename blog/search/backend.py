"""Wagtail's search backend of the database, for what people type into the admin's boxes: of it words alone are looked for.

modelsearch puts words between the quotes of FTS5 as they are: an odd `"` ended them, and was an error of the database; so was
NUL for PostgreSQL, and each of thousands of words was a level of recursion.
"""

import re
from typing import Any, Final

from modelsearch.backends import database
from modelsearch.query import MATCH_NONE, And, Or, Phrase, PlainText, SearchQuery

MOST_WORDS: Final = 64
NO_PART_OF_WORDS: Final = re.compile(r'["\0]')


class _WordsAlone:
    """What a search backend does before it compiles a query."""

    def _search(self, query_compiler_class: Any, query: Any, model_or_queryset: Any, **kwargs: Any) -> Any:
        sought = query if query is None else _with_words_alone(query) or MATCH_NONE
        return super()._search(query_compiler_class, sought, model_or_queryset, **kwargs)  # type: ignore[misc]  # a mixin


def SearchBackend(params: dict[str, Any]) -> Any:  # the name that modelsearch looks for
    """Return the search backend of the database in use."""
    base = type(database.SearchBackend(dict(params)))
    return type(base.__name__, (_WordsAlone, base), {})(params)


def _with_words_alone(query: str | SearchQuery) -> Any:
    """Return a query with the words of each of its texts alone; None where it has none."""
    if isinstance(query, str):
        return _words(query) or None
    if isinstance(query, PlainText):
        words = _words(query.query_string)
        return PlainText(words, operator=query.operator, boost=query.boost) if words else None
    if isinstance(query, Phrase):
        words = _words(query.query_string)
        return Phrase(words) if words else None
    if isinstance(query, And | Or):
        parts = [part for one in query.subqueries if (part := _with_words_alone(one))]
        return type(query)(parts) if parts else None
    return query


def _words(text: str) -> str:
    """Return the first words of a text.

    >>> _words('a"b - C++ "')
    'a b C++'
    """
    words = [word for word in NO_PART_OF_WORDS.sub(" ", text).split() if re.search(r"\w", word)]
    return " ".join(words[:MOST_WORDS])
