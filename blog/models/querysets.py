"""Queries of posts."""

from typing import Any

from wagtail.models import PageManager
from wagtail.query import PageQuerySet

from blog.replica import read_connection


class PostQuerySet(PageQuerySet):
    """Queries of posts; none filters by visibility, which `blog.tagindex` decides."""

    def of_blog(self, path: str) -> "PostQuerySet":
        """Return the posts directly below the blog page at this tree path."""
        found: PostQuerySet = self.filter(path__startswith=path, depth=len(path) // 4 + 1)
        return found


class PostManager(PageManager.from_queryset(PostQuerySet)):  # type: ignore[misc]  # a base made at run time
    """The manager of posts, with one query in hand-written SQL: the ORM takes longer to compile
    it than the database to execute it."""

    def titles(self, ids: list[int]) -> dict[int, tuple[str, str]]:
        """Return the slugs and titles of these posts, by id."""
        return {id_: (slug, title) for id_, slug, title in _rows("SELECT id, slug, title FROM wagtailcore_page WHERE id", ids)}


def _rows(select: str, ids: list[int]) -> list[tuple[Any, ...]]:
    """Return the rows of a SELECT that ends in a column which is one of these ids; without ids, none."""
    if not ids:
        return []
    with read_connection().cursor() as cursor:
        cursor.execute(f"{select} IN ({', '.join(['%s'] * len(ids))})", ids)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
