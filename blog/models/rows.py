"""Posts as a page, a card or a feed shows them: rows that one SELECT reads; the ORM takes 3 ms for twenty Wagtail pages."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from blog.markdown.references import expand, expand_one
from blog.paths import post_path, web_url
from blog.replica import read_connection

if TYPE_CHECKING:
    from blog.models.pages import PostPage

SHORT = 600  # characters of HTML: a text that a card shows in full, unless its editor wrote a summary
TEXTS = "post.html, post.toc"
SHORT_TEXTS = f"CASE WHEN LENGTH(post.html) <= {SHORT} AND post.summary = '' THEN post.html ELSE '' END, ''"
AUTHORS = {  # as JSON, in the order of the byline
    "sqlite": """(SELECT json_group_array(json_array(name, handle, picture_id)) FROM (
    SELECT author.name, author.handle, author.picture_id
    FROM blog_postauthor item JOIN blog_author author ON author.id = item.author_id
    WHERE item.post_id = page.id ORDER BY item.sort_order, item.id))""",
    "postgresql": """(
    SELECT CAST(json_agg(
      json_build_array(author.name, author.handle, author.picture_id) ORDER BY item.sort_order, item.id) AS TEXT)
    FROM blog_postauthor item JOIN blog_author author ON author.id = item.author_id WHERE item.post_id = page.id)""",
}
UTC_TEXT = {"sqlite": "CAST({} AS TEXT)", "postgresql": "CAST({} AT TIME ZONE 'UTC' AS TEXT)"}
SELECT = """
SELECT page.id, page.slug, page.title, post.subtitle, CAST(page.translation_key AS TEXT),
  COALESCE({published}, {first_published}, '1970-01-01'), {last_published},
  post.link, {texts}, post.excerpt, post.minutes, {authors},
  post.cover_id, post.comments_allowed,
  (SELECT COUNT(*) FROM blog_comment comment WHERE comment.post_id = page.id AND comment.state = 'approved'),
  page.alias_of_id
FROM blog_postpage post JOIN wagtailcore_page page ON page.id = post.page_ptr_id
"""
STORED_TEXTS = "SELECT page_ptr_id, html FROM blog_postpage WHERE page_ptr_id IN ({marks})"


class AuthorName(NamedTuple):
    """An author, as a post names them."""

    name: str
    handle: str
    picture: int | None  # an image


class PostRow(NamedTuple):
    """A post with its authors' names and the number of its comments, without what only its editor needs."""

    pk: int
    slug: str
    title: str
    subtitle: str
    key: str  # a UUID: stays when the post moves
    published: datetime
    updated: datetime
    link: str  # a URL of HTTP, or empty
    html: str  # as readers see it, with addresses in place of references
    toc: str
    excerpt: str
    minutes: int
    authors: tuple[AuthorName, ...]
    cover: int | None  # an image
    comments_allowed: bool
    comments: int  # that readers see
    alias_of: int | None  # the page that it is an alias of

    @classmethod
    def read(cls, columns: tuple[Any, ...]) -> Self:
        """Return the row of what `SELECT` selects: a column for each field, in their order."""
        stored: Any = cls._make(columns)
        published = _moment(stored.published)
        row: Self = stored._replace(
            key=stored.key.replace("-", ""),
            published=published,
            updated=max(published, _moment(stored.updated or stored.published)),
            link=web_url(stored.link),
            authors=tuple(AuthorName(*author) for author in json.loads(stored.authors or "[]")),
        )
        return row

    @classmethod
    def of(cls, post: "PostPage", *, texts: bool = True) -> Self:
        """Return the row of a post instance, saved or not; without `texts`, as `read_rows` has it."""
        published = post.published or post.first_published_at or datetime(1970, 1, 1, tzinfo=UTC)
        is_short = len(post.html) <= SHORT and not post.summary
        return cls(
            pk=post.pk,
            slug=post.slug,
            title=post.title,
            subtitle=post.subtitle,
            key=post.translation_key.hex,
            published=published,
            updated=max(published, post.last_published_at or published),
            link=web_url(post.link),
            html=expand_one(post.html, post_path(post.slug)) if texts or is_short else "",
            toc=post.toc if texts else "",
            excerpt=post.excerpt,
            minutes=post.minutes,
            authors=tuple(AuthorName(author.name, author.handle, author.picture_id) for author in post.authors),
            cover=post.cover_id,
            comments_allowed=post.comments_allowed,
            comments=post.comment_count,
            alias_of=post.alias_of_id,
        )


def read_rows(ids: list[int], *, texts: bool = True) -> dict[int, PostRow]:
    """Return these posts, by id; without `texts`, only the HTML of short ones is read."""
    if not ids:
        return {}
    return {row.pk: row for row in _read(f"WHERE page.id IN ({_marks(ids)})", ids, texts)}


def read_texts(ids: list[int]) -> dict[int, str]:
    """Return the HTML of these posts as it is stored, with references in place of addresses, by id."""
    if not ids:
        return {}
    with read_connection().cursor() as cursor:
        cursor.execute(STORED_TEXTS.format(marks=_marks(ids)), ids)
        return dict(cursor.fetchall())


def read_row(blog_path: str, slug: str) -> PostRow | None:
    """Return the post of this slug directly below the blog page at a tree path; visibility is not checked."""
    place = (slug, f"{blog_path}%", len(blog_path) // 4 + 1)
    return next(iter(_read("WHERE page.slug = %s AND page.path LIKE %s AND page.depth = %s", place)), None)


def _read(where: str, values: Iterable[Any], texts: bool = True) -> list[PostRow]:
    utc = UTC_TEXT[read_connection().vendor].format
    columns = {name: utc(f"{name}_at") for name in ("first_published", "last_published")}
    with read_connection().cursor() as cursor:
        cursor.execute(
            SELECT.format(
                published=utc("published"),
                texts=TEXTS if texts else SHORT_TEXTS,
                authors=AUTHORS[read_connection().vendor],
                **columns,
            )
            + where,
            list(values),
        )
        rows = [PostRow.read(row) for row in cursor.fetchall()]
    shown = expand([row.html for row in rows], [post_path(row.slug) for row in rows])
    return [row._replace(html=html) for row, html in zip(rows, shown, strict=True)]


def _marks(ids: list[int]) -> str:
    return ", ".join(["%s"] * len(ids))


def _moment(utc: str) -> datetime:
    return datetime.fromisoformat(utc).replace(tzinfo=UTC)
