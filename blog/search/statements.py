"""Queries of Wagtail's search index (modelsearch), which holds the terms of posts: SQLite's FTS5 and PostgreSQL's tsvector.

Hand-written, since modelsearch's own ask the index again for every post that is found when they order by relevance. Terms are
letters and digits alone, so that nothing in them is an operator. None checks visibility, and entries may be of other models.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from blog.search.phrases import Phrase

Column = Literal["title", "body", "autocomplete"]  # terms of the title, of all text, and the words of the title

# Ids in one text: reading a row for each takes several times as long.
CONCATENATE = {"sqlite": "group_concat({})", "postgresql": "string_agg(CAST({} AS TEXT), ',')"}
ENTRIES = """
SELECT {concatenated_ids}, {concatenated_posts} FROM (
  SELECT id, CASE WHEN content_type_id = (SELECT id FROM django_content_type WHERE app_label = 'blog' AND model = 'postpage')
    THEN object_id ELSE '0' END AS post FROM wagtailsearch_indexentry
) entry
"""
IDS = {
    "sqlite": "SELECT group_concat(rowid) FROM wagtailsearch_indexentry_fts WHERE wagtailsearch_indexentry_fts MATCH %s",
    "postgresql": """
SELECT string_agg(CAST(id AS TEXT), ',') FROM wagtailsearch_indexentry WHERE {column} @@ CAST(%s AS tsquery)
""",
}
RANKED = {
    "sqlite": """
SELECT rowid, -bm25(wagtailsearch_indexentry_fts) FROM wagtailsearch_indexentry_fts WHERE wagtailsearch_indexentry_fts MATCH %s
""",
    "postgresql": """
SELECT id, ts_rank({column}, query, 1) FROM wagtailsearch_indexentry, CAST(%s AS tsquery) query WHERE {column} @@ query
""",
}

Ids = NDArray[np.int64]


def read_entries() -> tuple[Ids, Ids]:
    """Return the ids of all entries, and of each its post's id, or 0 where it is of another model."""
    concatenate = CONCATENATE[connection.vendor].format
    ((entries, posts),) = _rows(ENTRIES.format(concatenated_ids=concatenate("id"), concatenated_posts=concatenate("post")))
    return _numbers(entries), _numbers(posts)


def entries_matching(column: Column, phrases: Iterable[Phrase]) -> Ids:
    """Return the ids of the entries with all of these phrases in a column."""
    ((ids,),) = _rows(IDS[connection.vendor].format(column=column), _all(column, phrases))
    return _numbers(ids)


def scores(column: Column, phrases: Iterable[Phrase]) -> list[tuple[int, float]]:
    """Return the id of each entry with all of these phrases in a column, and how well it matches: the greater, the better."""
    return _rows(RANKED[connection.vendor].format(column=column), _all(column, phrases))


def entries_beginning(column: Column, beginnings: Sequence[str], limit: int) -> Ids:
    """Return the ids of `limit` entries in which a word begins in one of these ways, those with the most of them first."""
    by_fts, by_tsquery = _in(column, _joined(" OR ", '"{}" *', beginnings)), _joined(" | ", "'{}':*", beginnings)
    query = by_fts if _is_sqlite() else by_tsquery
    ranked = RANKED[connection.vendor].format(column=column)
    return np.array([row[0] for row in _rows(f"{ranked} ORDER BY 2 DESC, 1 DESC LIMIT {limit:d}", query)], np.int64)


def _is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def _all(column: Column, phrases: Iterable[Phrase]) -> str:
    """Return the database's query for all of these phrases."""
    if _is_sqlite():
        return _in(column, _joined(" AND ", '"{}"', map(" ".join, phrases)))
    return _joined(" & ", "({})", (_joined(" <-> ", "'{}'", phrase) for phrase in phrases))


def _in(column: Column, query: str) -> str:
    """Return an FTS5 query limited to a column."""
    return f"{column} : ({query})"


def _joined(operator: str, form: str, parts: Iterable[str]) -> str:
    return operator.join(map(form.format, parts))


def _numbers(text: str | None) -> Ids:
    return np.fromstring(text or "", np.int64, sep=",")


def _rows(statement: str, *values: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[Any] = cursor.fetchall()
    return rows
