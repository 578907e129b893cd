"""What a listing's page shows: its words, and its shape."""

from typing import Any
from urllib.parse import quote

from django.utils.safestring import SafeString

from blog import feeds, navigation
from blog.cards import of_selection
from blog.dates import month_name
from blog.listing import Listing
from blog.models import Author
from blog.models.tags import AboutTag
from blog.reading import FULL, came_from
from blog.selection import quoted
from blog.stencils import Word
from blog.views.describing import description
from blog.views.fragments import alternates, facet_list, feed_list, periods, person
from blog.wording import before_tags, notes


def words(listing: Listing, title: str, tag: AboutTag | None = None, author: Author | None = None) -> dict[str, Word]:
    """Every word of it that another listing may have otherwise."""
    chosen, reading = listing.selection, listing.reading
    links, about = feeds.links(listing), _about(listing, tag, author)
    place = {name: reading.parameters.get(name) for name in ("before", "after")}  # where in the listing the page begins
    return {
        "title": title,
        "description": "" if _is_one_of_too_many(listing) else description(listing, title, about),
        "about": SafeString(about),  # rendered and sanitised when it was saved
        "person": person(author.name, f"/@{author.handle}/", author.url) if author and author.url else "",
        "before_tags": before_tags(chosen, author.name if author else ""),
        "wanted": navigation.droppings(listing, chosen.wanted),
        "unwanted": navigation.droppings(listing, chosen.unwanted),
        "when": _when(listing),
        "found": notes(listing.count),
        "with_contents": listing.address(contents=None if reading.contents else "1", **place),
        "titles": tuple((quote(slug), text) for slug, text in listing.titles.values()) if reading.contents else (),
        "pinned": _pinned(listing, tag) if tag else (),
        "cards": _cards(listing),
        "pager": navigation.pager(listing),
        "canonical": listing.address(contents=None, q=None, **place),
        "alternates": alternates(links, title),
        "switches": navigation.switches(listing),
        "facets": facet_list(navigation.facets(listing), listing.kept(chosen), nofollow=len(chosen) > 0),
        "more_tags": navigation.more_tags(listing),
        "periods": _periods(listing),
        "path": listing.path,
        "q": reading.q,
        "hidden": tuple((name, value) for name, value in listing.parameters.items() if name != "q"),
        "feeds": feed_list(links),
        "sign_up": _sign_up(listing),
    }


def shape(listing: Listing) -> dict[str, Any]:
    """What decides which words it needs."""
    chosen, reading = listing.selection, listing.reading
    return {
        "stream": listing.stream is not None,
        "chosen": bool(chosen),
        "tagged": len(chosen) > 0,
        "count": min(listing.count, 2),
        "oldest_first": reading.oldest_first,
        "contents": reading.contents,
        "here": "" if chosen else "notes",
        "nofollow": len(chosen) > 0,
        "noindex": _is_one_of_too_many(listing),
    }


def _is_one_of_too_many(listing: Listing) -> bool:
    """Say whether robots are to leave it out: there are more combinations than anybody can fetch."""
    chosen = listing.selection
    return len(chosen) > 1 or bool(chosen.unwanted or listing.reading.q)


def _when(listing: Listing) -> str:
    """The year or month it is narrowed to, in words."""
    year, month = listing.selection.year, listing.selection.month
    if year is None:
        return ""
    return month_name(year, month) if month else str(year)


def _sign_up(listing: Listing) -> str:
    """Where to follow the selection by mail; a stream may name tags that no visible post bears, which stay its editor's."""
    known = not listing.index.unknown(listing.selection)
    return f"/signup/?tags={quoted(str(listing.selection))}" if known and listing.selection else "/signup/"


def _about(listing: Listing, tag: AboutTag | None, author: Author | None) -> str:
    """What an editor wrote about this selection (HTML); on a blog's front page, about the blog."""
    if listing.stream:
        return listing.stream.introduction_html
    if tag:
        return tag.description_html
    if author:
        return author.about_html
    return "" if listing.selection or listing.reading.q else listing.blog.introduction


def _pinned(listing: Listing, tag: AboutTag) -> tuple[tuple[str, str], ...]:
    """Address and title of each post that the tag's own page begins with, of those that this reader may open."""
    if listing.selection.parameters or listing.selection.author or set(listing.reading.parameters) - {"contents"}:
        return ()
    kept = came_from(listing.selection)
    seen = [(slug, text) for id_, slug, text in tag.pinned if listing.index.position(id_) is not None]
    return tuple((f"/{quote(slug)}/{kept}", text) for slug, text in seen)


def _periods(listing: Listing) -> SafeString:
    """The years, where there is a choice, and the months of the chosen one."""
    years = navigation.years(listing)
    if len(years) < 2 and not listing.selection.year:
        return SafeString()
    return periods(years) + periods(navigation.months(listing))


def _cards(listing: Listing) -> SafeString:
    """The page's cards."""
    if listing.reading.view == FULL:
        return SafeString()
    return of_selection(listing.cards.values(), came_from(listing.selection))
