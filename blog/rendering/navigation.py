"""Navigation of a listing: switches, facets, years and pages, each a URL and a label."""

from dataclasses import dataclass, replace

from django.conf import settings

from blog.paths import cloud_url
from blog.rendering.formats import month_name
from blog.rendering.listing import FACETS, Listing
from blog.rendering.selection_links import SelectionLinks
from blog.selections.query import COMPACT, FULL, NEWEST, OLDEST
from blog.selections.selection import EXTERNAL, INTERNAL
from blog.tagindex import Positions, TagIndex


@dataclass(frozen=True, slots=True)
class Switches:
    """The URLs of the choices of view, order and source; empty for the current ones."""

    compact: str | None
    full: str | None
    newest: str | None
    oldest: str | None
    internal: str | None
    external: str | None
    every_source: str | None


@dataclass(frozen=True, slots=True)
class FacetLink:
    """A facet: a tag that narrows the listing, and the paths of the listings with and without it."""

    name: str
    count: int
    add: str
    leave_out: str


@dataclass(frozen=True, slots=True)
class Removal:
    """A tag of the selection, and the URL of the listing with that tag removed from the selection."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Period:
    """A year or month; the chosen one has no URL."""

    label: str
    count: int
    address: str | None


@dataclass(frozen=True, slots=True)
class Pager:
    """The URLs of the previous and the next page in the listing's order."""

    previous: str | None
    next: str | None


def switches(listing: Listing) -> Switches:
    """Return the URLs of the other views, orders and sources."""
    reading, source = listing.reading, listing.selection.source

    def choice(name: str, value: str, present: str, default: str) -> str | None:
        return None if value == present else listing.address(**{name: None if value == default else value})

    return Switches(
        compact=choice("view", COMPACT, reading.view, COMPACT),
        full=choice("view", FULL, reading.view, COMPACT),
        newest=choice("order", NEWEST, reading.order, reading.default_order),
        oldest=choice("order", OLDEST, reading.order, reading.default_order),
        internal=choice("source", INTERNAL, source or "", ""),
        external=choice("source", EXTERNAL, source or "", ""),
        every_source=choice("source", "", source or "", ""),
    )


def facets(listing: Listing) -> list[FacetLink]:
    """Return the tag facets of the listing; none when the selection has as many tags as the limit allows."""
    if len(listing.selection) >= settings.TAG_LIMIT:
        return []
    links = SelectionLinks(listing.selection)
    return [FacetLink(tag.name, count, links.adding(tag.slug), links.leaving_out(tag.slug)) for tag, count in listing.facets]


def more_tags(listing: Listing) -> str | None:
    """Return the URL of the cloud of co-occurring tags; None where the facets show all, or the selection has more than tags."""
    if len(listing.facets) < FACETS or listing.selection.unwanted or listing.selection.author:
        return None
    return cloud_url(listing.selection)


def removals(listing: Listing, tags: tuple[str, ...]) -> tuple[Removal, ...]:
    """Return some of the selection's tags with the URLs that remove them; a stream may have tags without a visible post."""
    known = [tag for tag in map(listing.index.tag, tags) if tag]
    return tuple(Removal(tag.name, listing.redirected(listing.selection.dropping(tag.slug))) for tag in known)


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
    """Return the URLs of the previous and next page by keyset pagination, which is stable while posts are added."""
    page = listing.page
    newer = listing.address(after=str(page.newer)) if page.newer else None
    older = listing.address(before=str(page.older)) if page.older else None
    return Pager(older, newer) if listing.reading.oldest_first else Pager(newer, older)
