"""Queries of Wagtail's search index (modelsearch), which holds the terms of posts: SQLite's FTS5 and PostgreSQL's tsvector.

Hand-written, since modelsearch's own ask the index again for every post that is found when they order by relevance. Terms are
letters and digits alone, so that nothing in them is an operator. None checks visibility, and entries may be of other models.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from blog.replica import read_connection
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
# The index knows which texts have all terms of a phrase; where they stand, only a text tells, at 0.01 ms for each.
IDS_WITH_PHRASE = """
SELECT string_agg(CAST(id AS TEXT), ',') FROM wagtailsearch_indexentry WHERE {column} @@ CAST(%s AS tsquery)
  AND CASE WHEN id = ANY(CAST(%s AS int[])) THEN FALSE ELSE {column} @@ CAST(%s AS tsquery) END
"""
RANKED = {
    "sqlite": """
SELECT rowid, -bm25(wagtailsearch_indexentry_fts) FROM wagtailsearch_indexentry_fts
WHERE wagtailsearch_indexentry_fts MATCH %s AND +rowid IN ({ids})
""",
    "postgresql": """
SELECT id, ts_rank({column}, query, 1) FROM wagtailsearch_indexentry, CAST(%s AS tsquery) query
WHERE id IN ({ids}) AND {column} @@ query
""",
}

END = "\x1f"  # of a title
LINES = {
    "sqlite": "group_concat(replace(title, char(31), ' '), char(31))",
    "postgresql": "string_agg(replace(title, chr(31), ' '), chr(31))",
}
TITLES = """
SELECT {posts}, {titles} FROM (
  SELECT id, title FROM wagtailcore_page JOIN blog_postpage ON page_ptr_id = id ORDER BY id DESC LIMIT {limit:d}
) post
"""

Ids = NDArray[np.int64]


def read_entries() -> tuple[Ids, Ids]:
    """Return the ids of all entries, and of each its post's id, or 0 where it is of another model."""
    concatenate = CONCATENATE[_vendor()].format
    ((entries, posts),) = _rows(ENTRIES.format(concatenated_ids=concatenate("id"), concatenated_posts=concatenate("post")))
    return _numbers(entries), _numbers(posts)


def entries_matching(column: Column, phrases: Iterable[Phrase]) -> Ids:
    """Return the ids of the entries with all of these phrases in a column."""
    (found,) = entries_matching_each(column, [phrases])
    return found


def entries_matching_each(column: Column, searches: Collection[Iterable[Phrase]]) -> list[Ids]:
    """Return the ids of the entries with all phrases of a search in a column, for each search: one query."""
    if not searches:
        return []
    ids = IDS[_vendor()].format(column=column)
    with _by_index():
        (row,) = _rows(f"SELECT {_joined(', ', '({})', [ids] * len(searches))}", *(_all(column, each) for each in searches))
    return list(map(_numbers, row))


def entries_with_phrase(column: Column, phrase: Phrase, passed_over: Ids) -> Ids:
    """Return the ids of the entries with a phrase in a column; whether those of `passed_over` have it does not matter."""
    if _is_sqlite():
        return entries_matching(column, [phrase])
    terms, skipped = _all(column, [(term,) for term in phrase]), f"{{{','.join(map(str, passed_over.tolist()))}}}"
    with _by_index():
        ((ids,),) = _rows(IDS_WITH_PHRASE.format(column=column), terms, skipped, _all(column, [phrase]))
    return _numbers(ids)


def scores(column: Column, phrases: Iterable[Phrase], entries: Ids) -> list[tuple[int, float]]:
    """Return the id of each of some entries with all of these phrases in a column, and how well it matches."""
    ids = ",".join(map(str, entries.tolist())) or "NULL"
    return _rows(RANKED[_vendor()].format(column=column, ids=ids), _all(column, phrases))


def read_titles(limit: int) -> tuple[Ids, list[str]]:
    """Return the ids and the titles of the newest posts, hidden ones too."""
    concatenate = CONCATENATE[_vendor()].format
    ((posts, titles),) = _rows(TITLES.format(posts=concatenate("id"), titles=LINES[_vendor()], limit=limit))
    return _numbers(posts), (titles or "").split(END)


@contextmanager
def _by_index() -> Iterator[None]:
    """Have PostgreSQL use the index even for common words: its planner does not count what reading long texts costs."""
    if _is_sqlite():
        yield
        return
    connection = read_connection()
    with transaction.atomic(using=connection.alias, savepoint=False), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield
        cursor.execute("SET LOCAL enable_seqscan = DEFAULT")


def _vendor() -> str:
    return read_connection().vendor


def _is_sqlite() -> bool:
    return _vendor() == "sqlite"


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
    with read_connection().cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[Any] = cursor.fetchall()
    return rows
