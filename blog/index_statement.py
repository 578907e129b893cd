"""Reading what the tag index is built from: by one statement, so that it is the database at one moment."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.db import connection

from blog.models import IndexRevision
from blog.tagindex.contents import NOBODY, Contents, Numbers

REVISION, TAG, AUTHOR, RESTRICTION, POST = range(5)

STATEMENT = """
SELECT {REVISION} AS kind, number AS id, {changed} AS a, NULL AS b, NULL AS c, NULL AS d, NULL AS e
  FROM blog_indexrevision WHERE id = {row}
UNION ALL SELECT {TAG}, id, slug, name, NULL, NULL, NULL FROM blog_tag
UNION ALL SELECT {AUTHOR}, id, handle, NULL, NULL, NULL, NULL FROM blog_author
UNION ALL SELECT {RESTRICTION}, restriction.id, page.path, CAST(page.id AS {text}), NULL, NULL, NULL
  FROM wagtailcore_pageviewrestriction restriction JOIN wagtailcore_page page ON page.id = restriction.page_id
  WHERE restriction.restriction_type <> 'none'
UNION ALL SELECT {POST}, post.page_ptr_id, {published}, CAST(COALESCE(post.author_id, {NOBODY}) AS {text}),
    CASE WHEN post.link = '' THEN '0' ELSE '1' END, {expires},
    (SELECT {group}(CAST(tag_id AS {text}), ',') FROM blog_posttag WHERE content_object_id = post.page_ptr_id)
  FROM blog_postpage post JOIN wagtailcore_page page ON page.id = post.page_ptr_id
  WHERE page.live AND page.path LIKE %s AND page.depth = %s
"""
DIALECTS = {
    "sqlite": {
        "text": "TEXT",
        "group": "group_concat",
        "changed": "CAST(changed AS TEXT)",
        "published": "CAST(COALESCE(post.published, page.first_published_at, '1970-01-01') AS TEXT)",
        "expires": "CAST(page.expire_at AS TEXT)",
    },
    "postgresql": {
        "text": "TEXT",
        "group": "string_agg",
        "changed": "CAST(changed AT TIME ZONE 'UTC' AS TEXT)",
        "published": "CAST(COALESCE(post.published, page.first_published_at, 'epoch') AT TIME ZONE 'UTC' AS TEXT)",
        "expires": "CAST(page.expire_at AT TIME ZONE 'UTC' AS TEXT)",
    },
}


def read_contents(blog_path: str, audience: frozenset[int]) -> Contents:
    """Read the live posts directly below the blog page at a tree path, as this audience may see them."""
    statement = STATEMENT.format(
        REVISION=REVISION,
        TAG=TAG,
        AUTHOR=AUTHOR,
        RESTRICTION=RESTRICTION,
        POST=POST,
        NOBODY=NOBODY,
        row=IndexRevision.ROW,
        **DIALECTS[connection.vendor],
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [f"{blog_path}%", len(blog_path) // 4 + 1])
        return _understand(iter(cursor.fetchall()), blog_path, audience)


def _understand(rows: Iterator[tuple[Any, ...]], blog_path: str, audience: frozenset[int]) -> Contents:
    contents = Contents()
    posts: list[tuple[Any, ...]] = []
    hidden: set[int] = set()
    closed = False
    for kind, number, a, b, *rest in rows:
        if kind == POST:
            posts.append((number, a, b, *rest))
        elif kind == TAG:
            contents.tags[number] = (a, b)
        elif kind == AUTHOR:
            contents.authors[number] = a
        elif kind == RESTRICTION and number not in audience:
            closed = closed or blog_path.startswith(a)
            hidden.add(int(b))
        elif kind == REVISION:
            contents.revision, contents.changed = number, _moment(a)
    if not closed:
        _take_posts(contents, posts, hidden)
    return contents


def _take_posts(contents: Contents, posts: list[tuple[Any, ...]], hidden: set[int]) -> None:
    if not posts:
        return
    ids, published, authors, external, expires, tags = zip(*posts, strict=True)
    contents.hidden = frozenset(hidden)
    contents.expiring = {post: _moment(text).timestamp() for post, text in zip(ids, expires, strict=True) if text}
    contents.posts = np.array(ids, np.int64)
    contents.published = np.array(published, "M8[us]").astype(np.int64)
    contents.author = np.array(authors).astype(np.int64)
    contents.external = np.array(external).astype(np.int64)
    contents.borne = _numbers(",".join(filter(None, tags)))
    contents.bearing = np.repeat(contents.posts, [text.count(",") + 1 if text else 0 for text in tags])


def _numbers(text: str) -> Numbers:
    return np.fromstring(text, np.int64, sep=",") if text else np.empty(0, np.int64)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
