"""Navigation of a listing: switches, facets, years and pages, each a URL and a label."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from django.conf import settings

from blog.paths import cloud_url, route
from blog.rendering.formats import month_name
from blog.rendering.listing import FACETS, Listing
from blog.rendering.selection_links import SelectionLinks
from blog.selections.query import COMPACT, FULL, NEWEST, OLDEST, RELEVANCE, query
from blog.selections.selection import EXTERNAL, INTERNAL
from blog.tagindex import Positions, TagIndex


class Switches(NamedTuple):
    """The URLs of the choices of view and order; empty for the current ones."""

    compact: str | None
    full: str | None
    newest: str | None
    oldest: str | None
    relevance: str | None  # of search results


class SourceSwitch(NamedTuple):
    """A choice of source (None: all) and its number of posts; the current one, and one without a post, have no URL."""

    source: str | None
    posts: int  # their number
    address: str | None
    is_current: bool


class FacetLink(NamedTuple):
    """A facet: a tag that narrows the listing, and the paths of the listings with and without it."""

    name: str
    posts: int  # their number
    add: str
    leave_out: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A tag or another spelling that is offered beside search results: its name, its number of posts, and the listing's URL."""

    name: str
    count: int
    address: str


class Period(NamedTuple):
    """A year or month; the chosen one has no URL."""

    label: str
    posts: int  # their number
    address: str | None


class Pager(NamedTuple):
    """The URLs of the previous and the next page in the listing's order."""

    previous: str | None
    next: str | None


def switches(listing: Listing) -> Switches:
    """Return the URLs of the other views and orders."""
    reading = listing.reading

    def choice(name: str, value: str, present: str, default: str) -> str | None:
        return None if value == present else listing.address(**{name: None if value == default else value})

    return Switches(
        compact=choice("view", COMPACT, reading.view, COMPACT),
        full=choice("view", FULL, reading.view, COMPACT),
        newest=choice("order", NEWEST, reading.order, reading.default_order),
        oldest=choice("order", OLDEST, reading.order, reading.default_order),
        relevance=choice("order", RELEVANCE, reading.order, reading.default_order) if reading.q else None,
    )


def sources(listing: Listing) -> list[SourceSwitch]:
    """Return the choices of source; none in a stream whose editor has chosen."""
    if listing.stream and listing.stream.selection.source:
        return []
    index, current = listing.index, listing.selection.source
    every = index.select(replace(listing.selection, source=None), listing.found) if current else listing.chosen
    external = every.intersection_cardinality(index.external)
    choices = [(None, len(every)), (INTERNAL, len(every) - external), (EXTERNAL, external)]
    return [
        SourceSwitch(source, count, listing.address(source=source) if count and source != current else None, source == current)
        for source, count in choices
    ]


def random_address(listing: Listing) -> str:
    """Return the URL that leads to a random post of the listing."""
    within = {"stream": listing.stream.slug} if listing.stream else {"in": str(listing.selection)}
    terms = {"q": listing.reading.q}
    return route("random") + query({name: value for name, value in {**within, **terms}.items() if value})


def facets(listing: Listing) -> list[FacetLink]:
    """Return the tag facets of the listing; none when the selection has as many tags as the limit allows."""
    if len(listing.selection) >= settings.TAG_LIMIT:
        return []
    links = SelectionLinks(listing.selection)
    return [FacetLink(tag.name, count, links.adding(tag.slug), links.leaving_out(tag.slug)) for tag, count in listing.facets]


def tags_offered(listing: Listing) -> list[Offer]:
    """Return the tags of the searched name, each with the listing of the selection with it in place of the words."""
    if not listing.tags_offered:
        return []
    links, without_words = SelectionLinks(listing.selection), {"view": listing.reading.parameters.get("view", "")}
    end = query(listing.selection.parameters, {name: value for name, value in without_words.items() if value})
    return [Offer(tag.name, count, links.adding(tag.slug) + end) for tag, count in listing.tags_offered]


def spellings_offered(listing: Listing) -> list[Offer]:
    """Return similar searches that find more."""
    return [Offer(text, count, listing.address(q=text)) for text, count in listing.corrections]


def more_tags(listing: Listing) -> str | None:
    """Return the URL of the cloud of co-occurring tags; None where the facets show all, or the selection has more than tags."""
    if len(listing.facets) < FACETS or listing.selection.unwanted or listing.selection.author:
        return None
    return cloud_url(listing.selection)


def known_name(index: TagIndex, slug: str) -> str:
    """Return a tag's name; "" if no visible post has it."""
    tag = index.tag(slug)
    return tag.name if tag else ""


def name_of(index: TagIndex, slug: str) -> str:
    """Return a tag's name if a visible post has the tag, else the slug."""
    tag = index.tag(slug)
    return tag.name if tag else slug


def years(listing: Listing) -> list[Period]:
    """Return the years with posts of the selection; when a year is chosen, of the selection without it."""
    chosen = listing.selection.year
    found = listing.years if chosen is None else listing.index.years(_whole_time(listing, year=None))
    present = chosen if listing.selection.month is None else None
    addresses = listing.addresses("year", [str(year) for year, _ in found], month=None)
    return [
        Period(str(year), count, None if year == present else address)
        for (year, count), address in zip(found, addresses, strict=True)
    ]


def months(listing: Listing) -> list[Period]:
    """Return the months of the chosen year that have posts."""
    year, chosen = listing.selection.year, listing.selection.month
    if year is None:
        return []
    found = listing.index.months(_whole_time(listing, year=year), year)
    addresses = listing.addresses("month", [str(month) for month, _ in found])
    return [
        Period(month_name(year, month), count, None if month == chosen else address)
        for (month, count), address in zip(found, addresses, strict=True)
    ]


def _whole_time(listing: Listing, year: int | None) -> Positions:
    return listing.index.select(replace(listing.selection, year=year, month=None), listing.found)


def pager(listing: Listing) -> Pager:
    """Return the URLs of the previous and next page by keyset pagination, which is stable while posts are added.

    Pages by relevance are numbered.
    """
    if listing.reading.is_by_relevance:
        return _numbered(listing)
    page = listing.page
    newer = listing.address(after=str(page.newer)) if page.newer else None
    older = listing.address(before=str(page.older)) if page.older else None
    return Pager(older, newer) if listing.reading.oldest_first else Pager(newer, older)


def _numbered(listing: Listing) -> Pager:
    number = listing.reading.page
    is_last = number * listing.blog.posts_per_page >= listing.count
    return Pager(
        previous=listing.address(page=str(number - 1) if number > 2 else None) if number > 1 else None,
        next=None if is_last else listing.address(page=str(number + 1)),
    )
