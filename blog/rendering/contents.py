"""The titles of a whole selection, under years: what `?contents=1` adds to a listing."""

from itertools import groupby
from operator import itemgetter
from typing import TypeVar
from urllib.parse import quote

from blog.models import PostPage
from blog.paths import post_path
from blog.rendering.listing import Listing
from blog.rendering.neighbours import Title
from blog.selections.query import FULL

Shown = TypeVar("Shown")

MOST_TITLES = 2_000  # a quarter of a megabyte of HTML; the page says where the others are


def titles_by_year(listing: Listing) -> list[tuple[int | None, list[Title]]]:
    """Return the titles of a selection's posts in the listing's order, in runs of one year: one query.

    They lead to the posts; in a full view to those that are on the page.
    """
    ids = listing.index.page(listing.chosen, MOST_TITLES, listing.reading.oldest_first).ids
    titles = PostPage.objects.titles(ids)
    there = set(listing.page.ids) if listing.reading.view == FULL else set()
    return by_year(listing, {id_: _title(listing, *titles[id_], id_ in there) for id_ in ids if id_ in titles})


def by_year(listing: Listing, posts: dict[int, Shown]) -> list[tuple[int | None, list[Shown]]]:
    """Return what is shown of posts, given by id, in runs of one year; one run without a year in a year or a search."""
    if listing.selection.year or listing.reading.q:
        return [(None, list(posts.values()))] if posts else []
    runs = groupby(zip(listing.index.years_of(list(posts)), posts.values(), strict=True), itemgetter(0))
    return [(year, [shown for _year, shown in run]) for year, run in runs]


def _title(listing: Listing, slug: str, text: str, is_there: bool) -> Title:
    return Title(text, f"#note-{quote(slug)}" if is_there else post_path(slug) + listing.post_query)
