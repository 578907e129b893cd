"""Rows of posts: what one SELECT reads is what a post in memory gives, and a field more needs its three lines alone."""

from typing import Any, NamedTuple

import pytest

from blog.models import BlogPage, PostPage
from blog.models import rows as module
from blog.models.rows import PostRow, read_row, read_rows
from tests.support.factories import make_author, make_post

pytestmark = pytest.mark.django_db

POSTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "link": {"link": "https://example.org/x", "body": "About *it*."},
    "all": {"title": "One <1>", "subtitle": "below", "summary": "Short.", "body": "b " * 999, "comments_allowed": False},
}


@pytest.mark.parametrize("fields", POSTS.values(), ids=POSTS)
def test_row_of_a_post_in_memory_is_the_row_that_is_read(blog: BlogPage, fields: dict[str, Any]) -> None:
    made = make_post(blog, "a", authors=[make_author("ada"), make_author("bob")], **fields)
    post = PostPage.objects.get(pk=made.pk)
    assert read_row(blog.path, post.slug) == PostRow.of(post)
    assert read_rows([post.pk], texts=False) == {post.pk: PostRow.of(post, texts=False)}


def test_field_that_is_added_as_the_documentation_says_is_read(blog: BlogPage, monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/theming.md: a field after `updated`, a column in the same place of `SELECT`; `summary` stands for the new one."""
    fields = [(name, Any) for name in PostRow._fields]
    fields.insert(PostRow._fields.index("updated") + 1, ("summary", Any))
    extended = NamedTuple("Extended", fields)  # type: ignore[misc]  # of fields that are made
    extended.read = classmethod(PostRow.read.__func__)  # type: ignore[attr-defined]
    monkeypatch.setattr(module, "PostRow", extended)
    monkeypatch.setattr(module, "SELECT", module.SELECT.replace("{last_published},", "{last_published}, post.summary,"))
    post = make_post(blog, "a", summary="Oslo", link="https://example.org/", authors=[make_author("ada")])
    row: Any = read_row(blog.path, post.slug)
    assert (row.summary, row.link, row.authors[0].handle) == ("Oslo", "https://example.org/", "ada")
