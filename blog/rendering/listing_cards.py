"""Queries of posts for the cards of a listing."""

from blog.markdown import prefixed
from blog.models.rows import read_rows
from blog.rendering.card import render_cards
from blog.rendering.post import post_view
from blog.rendering.post_tags import tags_of
from blog.search import excerpt
from blog.tagindex import TagIndex


def read_cards(ids: list[int], index: TagIndex, *, anchored: bool = False) -> dict[int, str]:
    """Return the cards of these posts, by id: one query."""
    rows = read_rows(ids, texts=False).values()
    unique = (row._replace(html=prefixed(row.html, f"p{row.pk}-")) if row.html else row for row in rows)
    return {**render_cards((post_view(row, tags_of(index, row.pk)) for row in unique), anchored=anchored)}


def read_cards_found(ids: list[int], index: TagIndex, words: str, *, anchored: bool = False) -> dict[int, str]:
    """Return the cards of these posts, by id, each with an excerpt around the search terms, or else its summary: one query."""
    rows = read_rows(ids)
    excerpts = {id_: found for id_, row in rows.items() if (found := excerpt(row.html, words))}
    posts = (post_view(row._replace(html=""), tags_of(index, row.pk)) for row in rows.values())
    return {**render_cards(posts, anchored=anchored, excerpts=excerpts)}
