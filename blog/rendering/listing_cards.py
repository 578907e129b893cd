"""Queries of posts for the cards of a listing."""

from functools import partial
from typing import Final

from django.conf import settings
from django.utils.translation import get_language

from blog.caching.fragments import Card, FragmentCache
from blog.markdown import prefixed
from blog.models.rows import read_rows, read_texts
from blog.rendering.card import render_cards, with_excerpts
from blog.rendering.post import post_view
from blog.rendering.post_tags import tags_of
from blog.search import excerpt
from blog.tagindex import TagIndex

EXCERPTED: Final = "excerpted"

card_fragments: FragmentCache[Card] = FragmentCache(settings.FRAGMENT_CACHE_BYTES)


def cards_of(ids: list[int], index: TagIndex, *, anchored: bool = False, author: str = "") -> dict[int, Card]:
    """Return the cards of these posts, by id, in their order: at most one query."""
    read = partial(read_cards, index=index, anchored=anchored, author=author)
    return card_fragments.get(index, ids, read, get_language(), anchored, author)


def cards_found(ids: list[int], index: TagIndex, words: str, *, anchored: bool = False, author: str = "") -> dict[int, Card]:
    """Return the cards of these posts, by id, in their order, with an excerpt or else as elsewhere.

    At most three queries: of texts, and of the posts with and without an excerpt.
    """
    excerpts = {id_: found for id_, text in read_texts(ids).items() if (found := excerpt(text, words))}
    read = partial(read_cards, index=index, anchored=anchored, author=author, excerpted=True)
    having = [id_ for id_ in ids if id_ in excerpts]
    cards = card_fragments.get(index, having, read, get_language(), anchored, author, EXCERPTED)
    others = cards_of([id_ for id_ in ids if id_ not in excerpts], index, anchored=anchored, author=author)
    shown = {**others, **with_excerpts(cards, excerpts)}
    return {id_: shown[id_] for id_ in ids if id_ in shown}


def read_cards(
    ids: list[int], index: TagIndex, *, anchored: bool = False, author: str = "", excerpted: bool = False
) -> dict[int, Card]:
    """Return the cards of these posts, by id: one query."""
    rows = read_rows(ids, texts=False).values()
    unique = (row._replace(html=prefixed(row.html, f"p{row.pk}-")) if row.html else row for row in rows)
    views = (post_view(row, tags_of(index, row.pk)) for row in unique)
    return render_cards(views, anchored=anchored, author=author, excerpted=excerpted)
