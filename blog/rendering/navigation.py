"""The ways on from a listing: switches, facets, years, pages; each an address and a label."""

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
    """The address of each choice of view, time and source; the present ones have none."""

    compact: str | None
    full: str | None
    newest: str | None
    oldest: str | None
    internal: str | None
    external: str | None
    every_source: str | None


@dataclass(frozen=True, slots=True)
class FacetLink:
    """A tag that would narrow the listing: the paths of the listings with it and without it."""

    name: str
    count: int
    add: str
    leave_out: str


@dataclass(frozen=True, slots=True)
class Removal:
    """A tag of the selection, and the listing without saying anything of it."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Period:
    """A year or month; the chosen one has no address."""

    label: str
    count: int
    address: str | None


@dataclass(frozen=True, slots=True)
class Pager:
    """The pages before and after this one in reading order."""

    previous: str | None
    next: str | None


def switches(listing: Listing) -> Switches:
    """View, time and source, as they could be chosen instead."""
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
    """The tags that would narrow the listing; none when it names as many tags as a selection may."""
    if len(listing.selection) >= settings.TAG_LIMIT:
        return []
    links = SelectionLinks(listing.selection)
    return [FacetLink(tag.name, count, links.adding(tag.slug), links.leaving_out(tag.slug)) for tag, count in listing.facets]


def more_tags(listing: Listing) -> str | None:
    """The cloud of every tag that goes with the selection's; None where the facets are all, or it says more than tags."""
    if len(listing.facets) < FACETS or listing.selection.unwanted or listing.selection.author:
        return None
    return cloud_url(listing.selection)


def removals(listing: Listing, tags: tuple[str, ...]) -> tuple[Removal, ...]:
    """Some of the selection's tags, each with the listing without it; a stream may name some that no visible post bears."""
    known = [tag for tag in map(listing.index.tag, tags) if tag]
    return tuple(Removal(tag.name, listing.redirected(listing.selection.dropping(tag.slug))) for tag in known)


def name_of(index: TagIndex, slug: str) -> str:
    """A tag's name, where the reader may know it; else its slug."""
    tag = index.tag(slug)
    return tag.name if tag else slug


def years(listing: Listing) -> list[Period]:
    """The years that hold posts of the listing, or of the whole time when one is chosen."""
    chosen = listing.selection.year
    found = listing.years if chosen is None else listing.index.years(_whole_time(listing, year=None))
    present = chosen if listing.selection.month is None else None
    addresses = listing.addresses("year", [str(year) for year, _ in found], month=None)
    return [
        Period(str(year), count, None if year == present else address)
        for (year, count), address in zip(found, addresses, strict=True)
    ]


def months(listing: Listing) -> list[Period]:
    """The months of the chosen year that hold posts."""
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
    """The addresses of the neighbouring pages, by keyset: they stay right while posts are added."""
    page = listing.page
    newer = listing.address(after=str(page.newer)) if page.newer else None
    older = listing.address(before=str(page.older)) if page.older else None
    return Pager(older, newer) if listing.reading.oldest_first else Pager(newer, older)
