"""The loader of the tag index: one SELECT, so that all rows are of the same state of the database.

Two statements would see two states while others publish. The statement is a UNION ALL; its first column is the kind of row.
"""

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import numpy as np
from django.db import transaction
from wagtail.models import Page

from blog.models.revision import EVERY_POST, MAX_REVISIONS, IndexRevision
from blog.replica import read_connection
from blog.tagindex.types import ALL_HIDDEN, IndexData

MAX_CHANGED: Final = 500  # posts: beyond so many changed ones everything is read
FETCH_SIZE: Final = 2_000  # rows
STEP: Final = Page.steplen  # characters that a page's path has more than its parent's
BLOCK: Final = 64  # posts whose ids are aggregated into one row

ID: Final = np.uint32

REVISION, CHANGED_POST, TAG, AUTHOR, RESTRICTION, ALIAS, EXPIRING, LIVE, POST, POST_TAG, POST_AUTHOR = range(11)

METADATA = """
SELECT {REVISION} AS kind, number AS id, 0 AS other, {changed} AS a, '' AS b FROM blog_indexrevision WHERE id = {row}
UNION ALL SELECT {AUTHOR}, id, 0, handle, name FROM blog_author
UNION ALL SELECT {RESTRICTION}, restriction.id, page.id, page.path, ''
  FROM wagtailcore_pageviewrestriction restriction JOIN wagtailcore_page page ON page.id = restriction.page_id
  WHERE restriction.restriction_type <> 'none'
UNION ALL SELECT {ALIAS}, alias.id, original.id, original.path, '' FROM wagtailcore_page alias
  JOIN wagtailcore_page original ON original.id = alias.alias_of_id
"""
POSTS = """
UNION ALL SELECT {EXPIRING}, id, 0, {expires}, '' FROM wagtailcore_page
  WHERE live AND path LIKE %(below)s AND expire_at IS NOT NULL {and_changed}
UNION ALL SELECT {POST}, page_ptr_id, {external}, {published}, ''
  FROM blog_postpage WHERE published IS NOT NULL {and_changed_post}
UNION ALL SELECT {POST}, page_ptr_id, {external}, {first_published}, ''
  FROM blog_postpage JOIN wagtailcore_page ON wagtailcore_page.id = page_ptr_id WHERE published IS NULL {and_changed_post}
"""
ALL_ROWS = """
UNION ALL SELECT {TAG}, id, 0, slug, name FROM blog_tag
UNION ALL SELECT {LIVE}, number, 0, (SELECT {join}(CAST(id AS TEXT), ' ') FROM wagtailcore_page
    WHERE id >= number * {BLOCK} AND id < (number + 1) * {BLOCK} AND live AND path LIKE %(below)s AND depth = %(depth)s), ''
  FROM block
UNION ALL SELECT {POST_TAG}, number, 0, (SELECT {join}(content_object_id || ' ' || tag_id, ' ') FROM blog_posttag
    WHERE content_object_id >= number * {BLOCK} AND content_object_id < (number + 1) * {BLOCK}), ''
  FROM block
UNION ALL SELECT {POST_AUTHOR}, number, 0, (SELECT {join}(post_id || ' ' || author_id, ' ') FROM blog_postauthor
    WHERE post_id >= number * {BLOCK} AND post_id < (number + 1) * {BLOCK}), ''
  FROM block
"""
CHANGED_ROWS = """
UNION ALL SELECT {CHANGED_POST}, post_id, 0, '', '' FROM changed_post
UNION ALL SELECT {TAG}, id, 0, slug, name FROM blog_tag
  WHERE id IN (SELECT tag_id FROM blog_posttag WHERE content_object_id IN (SELECT post_id FROM changed_post))
UNION ALL SELECT {LIVE}, 0, 0, CAST(id AS TEXT), '' FROM wagtailcore_page
  WHERE live AND path LIKE %(below)s AND depth = %(depth)s {and_changed}
UNION ALL SELECT {POST_TAG}, 0, 0, content_object_id || ' ' || tag_id, '' FROM blog_posttag
  WHERE content_object_id IN (SELECT post_id FROM changed_post)
UNION ALL SELECT {POST_AUTHOR}, 0, 0, post_id || ' ' || author_id, '' FROM blog_postauthor
  WHERE post_id IN (SELECT post_id FROM changed_post)
"""
BLOCKS_CTE = """
WITH RECURSIVE block(number) AS (
  SELECT 0 UNION ALL SELECT number + 1 FROM block WHERE number < (SELECT MAX(page_ptr_id) / {BLOCK} FROM blog_postpage)
)
"""
CHANGED_CTE = (
    "WITH changed_post AS (SELECT DISTINCT post_id FROM blog_change WHERE revision > %(since)s LIMIT {MAX_CHANGED} + 1)"
)

DIALECTS = {
    "sqlite": {"join": "group_concat", "utc": "CAST({} AS TEXT)"},
    "postgresql": {"join": "string_agg", "utc": "CAST({} AT TIME ZONE 'UTC' AS TEXT)"},
}


def read_all(blog_path: str, audience: frozenset[int]) -> IndexData:
    """Return the rows of all live posts directly below the blog page at a tree path, for this audience."""
    statement = _sql(BLOCKS_CTE + METADATA + POSTS + ALL_ROWS)
    connection = read_connection()
    streamed = connection.vendor == "postgresql" and not connection.in_atomic_block
    with transaction.atomic(using=connection.alias) if streamed else nullcontext(), connection.chunked_cursor() as cursor:
        cursor.execute(statement, _parameters(blog_path))
        return _parse(_grouped_rows(cursor), blog_path, audience)


def read_changes(blog_path: str, audience: frozenset[int], since: int) -> IndexData:
    """Return the rows of the posts changed since a revision; `changed_posts` is None where they are not known or too many."""
    with read_connection().cursor() as cursor:
        cursor.execute(
            _sql(CHANGED_CTE + METADATA + POSTS + CHANGED_ROWS, changed_posts=True), {**_parameters(blog_path), "since": since}
        )
        data = _parse(_grouped_rows(cursor), blog_path, audience)
    is_known = len(data.changed_posts or ()) <= MAX_CHANGED and data.revision - since <= MAX_REVISIONS
    if not is_known or EVERY_POST in (data.changed_posts or ()):
        data.changed_posts = None
    return data


def _parameters(blog_path: str) -> dict[str, Any]:
    return {"below": f"{blog_path}%", "depth": len(blog_path) // STEP + 1}


def _sql(statement: str, changed_posts: bool = False) -> str:
    """Return a statement with the kinds of row and the functions of this database filled in."""
    dialect = DIALECTS[read_connection().vendor]
    utc = dialect["utc"].format
    return statement.format(
        **{name: value for name, value in globals().items() if isinstance(value, int)},
        row=IndexRevision.ROW,
        join=dialect["join"],
        changed=utc("changed"),
        expires=utc("expire_at"),
        published=utc("published"),
        first_published=f"COALESCE({utc('first_published_at')}, '1970-01-01')",
        external="CASE WHEN link = '' THEN 0 ELSE 1 END",
        and_changed="AND id IN (SELECT post_id FROM changed_post)" if changed_posts else "",
        and_changed_post="AND page_ptr_id IN (SELECT post_id FROM changed_post)" if changed_posts else "",
    )


def _grouped_rows(cursor: Any) -> Iterator[tuple[int, list[tuple[Any, ...]]]]:
    """Yield runs of rows of the same kind, fetched FETCH_SIZE at a time."""
    while rows := cursor.fetchmany(FETCH_SIZE):
        for kind, group in groupby(rows, itemgetter(0)):
            yield kind, list(group)


class _Columns:
    """Integer columns as they are read, each in one growing buffer: many small arrays would fragment memory."""

    def __init__(self) -> None:
        self.posts, self.external, self.published = bytearray(), bytearray(), bytearray()
        self.numbers = {kind: bytearray() for kind in (LIVE, POST_TAG, POST_AUTHOR)}

    def append(self, kind: int, rows: list[tuple[Any, ...]]) -> None:
        if kind == POST:
            _, posts, external, published, _ = zip(*rows, strict=True)
            self.posts += np.array(posts, ID).tobytes()
            self.external += bytes(external)
            self.published += np.array(published, "M8[us]").tobytes()
        else:
            numbers = np.fromstring(" ".join(row[3] for row in rows if row[3]), np.int64, sep=" ").astype(ID)
            self.numbers[kind] += numbers.tobytes()

    def write_to(self, data: IndexData) -> None:
        """Write the rows of live posts of this blog into an IndexData."""
        posts, external = np.frombuffer(self.posts, ID), np.frombuffer(self.external, np.bool_)
        live, post_tags, post_authors = (np.frombuffer(column, ID) for column in self.numbers.values())
        kept = np.isin(posts, live, assume_unique=True)
        data.posts, data.external, data.published = posts[kept], external[kept], np.frombuffer(self.published, np.int64)[kept]
        data.post_tags, data.post_authors = post_tags.reshape(-1, 2), post_authors.reshape(-1, 2)


def _parse(groups: Iterable[tuple[int, list[tuple[Any, ...]]]], blog_path: str, audience: frozenset[int]) -> IndexData:
    data, columns = IndexData(), _Columns()
    hidden: set[int] = set()
    closed: list[str] = []  # tree paths of pages that this audience may not open
    aliases: dict[int, tuple[int, str]] = {}  # the original's id and tree path, by the alias's id
    changed_posts: set[int] = set()
    for kind, rows in groups:
        if kind in (POST, LIVE, POST_TAG, POST_AUTHOR):
            columns.append(kind, rows)
        elif kind == TAG:
            data.tags |= {number: (slug, slug if slug == name else name) for _, number, _, slug, name in rows}
        elif kind == AUTHOR:
            data.authors |= {number: (handle, name) for _, number, _, handle, name in rows}
        elif kind == EXPIRING:
            data.expiring |= {number: _moment(moment).timestamp() for _, number, _, moment, _ in rows}
        elif kind == CHANGED_POST:
            changed_posts.update(number for _, number, *_ in rows)
        elif kind == RESTRICTION:
            unpassed = [(page, path) for _, number, page, path, _ in rows if number not in audience]
            hidden.update(ALL_HIDDEN if blog_path.startswith(path) else page for page, path in unpassed)
            closed += [path for _, path in unpassed]
        elif kind == ALIAS:
            aliases |= {alias: (original, path) for _, alias, original, path, _ in rows}
        elif kind == REVISION:
            data.revision, data.changed = rows[0][1], _moment(rows[0][3])
    data.changed_posts, data.hidden = frozenset(changed_posts), frozenset(hidden | _hidden_aliases(aliases, blog_path, closed))
    columns.write_to(data)
    return data


def _hidden_aliases(aliases: dict[int, tuple[int, str]], blog_path: str, closed: list[str]) -> set[int]:
    """Return the aliases of this blog's posts, which are listed once, and of pages that the audience may not open.

    Wagtail holds an alias as private as its original, which may be an alias too.
    """
    return {alias for alias in aliases if any(_hides(path, blog_path, closed) for path in _originals(alias, aliases))}


def _hides(original: str, blog_path: str, closed: list[str]) -> bool:
    is_own_post = original.startswith(blog_path) and len(original) == len(blog_path) + STEP
    return is_own_post or original.startswith(tuple(closed))


def _originals(alias: int, aliases: dict[int, tuple[int, str]]) -> Iterator[str]:
    """Yield the tree paths of what an alias stands for, step by step."""
    seen = set[int]()
    while alias in aliases and alias not in seen:
        seen.add(alias)
        alias, path = aliases[alias]
        yield path


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
