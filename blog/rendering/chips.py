"""The parts of a listing's selection as chips: each removable, with the number of posts that remain without it."""

from dataclasses import replace
from typing import NamedTuple

from django.utils.translation import gettext as _

from blog.paths import selection_path
from blog.rendering.describe import source_name
from blog.rendering.formats import month_of_year
from blog.rendering.listing import Listing
from blog.selections.query import query
from blog.selections.selection import Selection


class Chip(NamedTuple):
    """One part of a selection, the URL of the listing without it, and that listing's number of posts."""

    label: str
    address: str
    posts: int  # their number
    kind: str = ""  # a class of the style sheet


class ChipGroup(NamedTuple):
    """Chips of one sort, and the name of the word before them, if there is one: tagged, without, by, from, with, stream."""

    lead: str
    chips: list[Chip]


def chip_groups(listing: Listing, author: str = "") -> list[ChipGroup]:
    """Return the parts of a listing's selection in the order in which a sentence names them; `author` is the author's name.

    A stream is one part, whatever its tags, of which some may have no visible post.
    """
    chosen, of_stream = listing.selection, listing.stream is not None
    groups = [
        ("", _source(listing)),
        ("by", [] if of_stream else _author(listing, author)),
        ("tagged", [] if of_stream else _tags(listing, chosen.wanted)),
        ("without", [] if of_stream else _tags(listing, chosen.unwanted, "out")),
        ("stream", _stream(listing)),
        ("from", _time(listing)),
        ("with", _words(listing)),
    ]
    return [ChipGroup(lead, chips) for lead, chips in groups if chips]


def _chip(listing: Listing, label: str, rest: Selection, address: str, kind: str = "") -> Chip:
    return Chip(label, address, len(listing.index.select(rest, listing.found)), kind)


def _source(listing: Listing) -> list[Chip]:
    if "source" not in listing.parameters:
        return []
    return [
        _chip(
            listing,
            source_name(listing.selection),
            replace(listing.selection, source=_inherited(listing).source),
            listing.address(source=None),
        )
    ]


def _author(listing: Listing, name: str) -> list[Chip]:
    if not listing.selection.author:
        return []
    rest = replace(listing.selection, author=None)
    return [_chip(listing, name or f"@{listing.selection.author}", rest, listing.redirected(rest))]


def _tags(listing: Listing, slugs: tuple[str, ...], kind: str = "") -> list[Chip]:
    removed = [(tag, listing.selection.dropping(tag.slug)) for tag in map(listing.index.tag, slugs) if tag]
    return [_chip(listing, tag.name, rest, listing.redirected(rest), kind) for tag, rest in removed]


def _stream(listing: Listing) -> list[Chip]:
    if not listing.stream:
        return []
    chosen = {name: getattr(listing.selection, name) for name in ("source", "year", "month") if name in listing.parameters}
    address = selection_path(Selection()) + query(listing.parameters)
    return [_chip(listing, listing.stream.name, Selection(**chosen), address)]


def _time(listing: Listing) -> list[Chip]:
    """Return the month, whose removal leaves its year, and the year."""
    chosen, inherited, chips = listing.selection, _inherited(listing), []
    if chosen.month and "month" in listing.parameters:
        rest = replace(chosen, month=inherited.month)
        chips.append(_chip(listing, month_of_year(chosen.month), rest, listing.address(month=None)))
    if "year" in listing.parameters:
        rest = replace(chosen, year=inherited.year, month=inherited.month)
        chips.append(_chip(listing, str(chosen.year), rest, listing.address(year=None, month=None)))
    return chips


def _words(listing: Listing) -> list[Chip]:
    words = listing.reading.q
    if not words:
        return []
    return [Chip(_("“%s”") % words, listing.address(q=None), len(listing.index.select(listing.selection)))]


def _inherited(listing: Listing) -> Selection:
    """Return what remains of the selection when everything that the reader chose is removed."""
    return listing.stream.selection if listing.stream else Selection()
