"""The titles of a whole selection, under years: what `?contents=1` adds to a listing."""

from datetime import datetime
from itertools import groupby
from urllib.parse import quote

from django.utils import timezone

from blog.models import PostPage
from blog.paths import post_path
from blog.rendering.listing import Listing
from blog.rendering.neighbours import Title
from blog.selections.cursor import MICROSECONDS
from blog.selections.query import FULL

MOST_TITLES = 2_000  # a quarter of a megabyte of HTML; the page says where the others are


def titles_by_year(listing: Listing) -> list[tuple[int | None, list[Title]]]:
    """Return the titles of a selection's posts in the listing's order, in runs of one year: one query.

    They lead to the posts; in a full view to those that are on the page.
    """
    ids = listing.index.page(listing.chosen, MOST_TITLES, listing.reading.oldest_first).ids
    titles = PostPage.objects.titles(ids)
    there = set(listing.page.ids) if listing.reading.view == FULL else set()
    runs = groupby((id_ for id_ in ids if id_ in titles), lambda id_: heading_year(listing, id_))
    return [(year, [_title(listing, *titles[id_], id_ in there) for id_ in run]) for year, run in runs]


def heading_year(listing: Listing, post: int) -> int | None:
    """Return the year under which a post of a listing stands; None where one is chosen, or in results of a search."""
    position = listing.index.position(post)
    if position is None or listing.selection.year or listing.reading.q:
        return None
    published = listing.index.cursor(position).published
    return datetime.fromtimestamp(published / MICROSECONDS, timezone.get_current_timezone()).year


def _title(listing: Listing, slug: str, text: str, is_there: bool) -> Title:
    return Title(text, f"#note-{quote(slug)}" if is_there else post_path(slug) + listing.post_query)
