"""Links to feeds: names, media types and URLs of the three formats."""

from typing import NamedTuple

from blog.rendering.listing import Listing

FORMS = ("rss", "atom", "json")
CONTENT_TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}
TYPES = {form: content_type.partition(";")[0] for form, content_type in CONTENT_TYPES.items()}
DIGESTS = tuple(f"{rhythm}.{form}" for rhythm in ("daily", "weekly", "monthly") for form in FORMS)
NAMES = {"rss": "RSS", "atom": "Atom", "json": "JSON Feed"}


class FeedLink(NamedTuple):
    """A link to a feed."""

    name: str
    type: str
    address: str


def file_name(form: str) -> str:
    """Return the last part of a feed's path; empty for the page itself."""
    if form in DIGESTS:
        return f"digest-{form}"
    return f"feed.{form}" if form in FORMS else ""


def feeds_of(listing: Listing) -> list[FeedLink]:
    """Return the three feeds of a listing, whatever its order or view."""
    return feeds_below(listing.path, feed_query(listing))


def feeds_below(path: str, query: str = "") -> list[FeedLink]:
    """Return the three feeds below a path."""
    return [FeedLink(NAMES[form], TYPES[form], path + file_name(form) + query) for form in FORMS]


def feed_query(listing: Listing, **place: str | None) -> str:
    """Return the query of a feed's URL: newest first whatever the listing's order, from the start or from a cursor."""
    return listing.query(order=None, view=None, contents=None, **place)
