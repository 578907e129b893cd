"""Give the posts of a filled database texts and cards as the site stores them: the demo's, over and over.

`DATABASE_URL=… python -m benchmarks.texts` after `python -m benchmarks.filling SIZE`.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any

from benchmarks.filling import start_django

AT_ONCE = 2_000  # rows
MINUTES = 1  # to read one


@dataclass
class Borne:
    """The tags of a post, as a template asks for them."""

    found: list[Any]

    def all(self) -> list[Any]:
        return self.found


@dataclass
class Post:
    """What a card shows of a post."""

    pk: int
    slug: str
    title: str
    published: datetime
    link: str
    excerpt: str
    tags: Borne
    minutes: int = MINUTES
    comment_count: int = 0
    author: None = field(default=None)


def dress() -> None:
    """Store texts and cards of every post."""
    from django.db import connection

    from blog.markdown import render
    from blog.models.revision import bump

    texts = [(body, render(body)) for body in demo_texts()]
    with connection.cursor() as cursor:
        for number, (body, rendered) in enumerate(texts):
            cursor.execute(
                f"UPDATE blog_postpage SET body = %s, html = %s, toc = %s, excerpt = %s, minutes = %s"
                f" WHERE page_ptr_id %% {len(texts)} = {number}",
                (body, rendered.html, rendered.toc, rendered.excerpt, MINUTES),
            )
        excerpts = [rendered.excerpt for _body, rendered in texts]
        posts = _posts(excerpts)
        while some := list(islice(posts, AT_ONCE)):
            _store_cards(cursor, some)
        cursor.execute("VACUUM FULL ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    bump()


@cache
def demo_texts() -> list[str]:
    """The demo's texts that show no picture."""
    from blog.demo.loading import POSTS, read_post

    bodies = [read_post(path)[1] for path in sorted(POSTS.glob("*.md"))]
    return [body for body in bodies if "](images/" not in body]


def _posts(excerpts: list[str]) -> Iterator[Post]:
    from blog.models import PostPage, PostTag, Tag

    tags = Tag.objects.in_bulk()
    borne: dict[int, list[Tag]] = defaultdict(list)
    for post, tag in PostTag.objects.values_list("content_object_id", "tag_id"):
        borne[post].append(tags[tag])
    rows = PostPage.objects.values_list("pk", "slug", "title", "published", "link")
    for pk, slug, title, published, link in rows.iterator():
        yield Post(pk, slug, title, published, link, excerpts[pk % len(excerpts)], Borne(borne[pk]))


def _store_cards(cursor: Any, posts: list[Post]) -> None:
    from blog.cards import render_card

    cards = [(render_card(post), post.pk) for post in posts]  # type: ignore[arg-type]
    if cursor.db.vendor == "postgresql":
        from psycopg2.extras import execute_values

        given = "(VALUES %s) AS given (card, id)"
        statement = f"UPDATE blog_postpage SET card = given.card FROM {given} WHERE page_ptr_id = given.id"
        execute_values(cursor.cursor, statement, cards, page_size=AT_ONCE)
    else:
        cursor.execute("BEGIN")
        cursor.executemany("UPDATE blog_postpage SET card = %s WHERE page_ptr_id = %s", cards)
        cursor.execute("COMMIT")


if __name__ == "__main__":
    start_django()
    dress()
