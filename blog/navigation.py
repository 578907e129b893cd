"""The ways on from where a reader is: switches, facets, years, pages; and from a post, what lies around it."""

from dataclasses import dataclass, replace
from math import log
from typing import NamedTuple
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext as _

from blog.dates import month_name
from blog.listing import FACETS, Listing
from blog.models import PostPage, Tag
from blog.reading import COMPACT, FULL, NEWEST, OLDEST, Reading, came_from, query
from blog.selection import ADDRESS_SAFE, EXTERNAL, INTERNAL, Selection
from blog.slugs import fold
from blog.tagindex import IndexedTag, Neighbours, TagIndex


class Choice(NamedTuple):
    """One choice of a switch; the present one has no address."""

    label: str
    address: str | None


class Switch(NamedTuple):
    label: str
    choices: list[Choice]


class FacetLink(NamedTuple):
    """A tag that would narrow the listing: to add, or (where something would remain) to leave out."""

    name: str
    count: int
    add: str
    leave_out: str


class Dropping(NamedTuple):
    """A tag of the selection, and the listing without saying anything of it."""

    name: str
    address: str


class Period(NamedTuple):
    label: str
    count: int
    address: str | None


def address(listing: Listing, reading: Reading | None = None, selection: Selection | None = None) -> str:
    """The address of this listing read otherwise, or of another selection read the same way from its start."""
    reading = reading or listing.reading.start
    if selection is None:
        return quote(listing.path, safe=ADDRESS_SAFE) + query(own_parameters(listing), reading.parameters)
    if reading.order == reading.default_order:
        reading = replace(reading, order=NEWEST, default_order=NEWEST)
    return quote(selection.path, safe=ADDRESS_SAFE) + query(selection.parameters, reading.parameters)


def own_parameters(listing: Listing) -> dict[str, str]:
    """The parameters of the selection that its path does not say by itself."""
    parameters = listing.selection.parameters
    if not listing.stream:
        return parameters
    said = listing.stream.selection.parameters
    return {name: value for name, value in parameters.items() if said.get(name) != value}


def switches(listing: Listing) -> list[Switch]:
    """View, time and source, each with the present choice."""
    start = listing.reading.start
    return [
        Switch(
            _("View"),
            [
                _choice(listing, _("compact"), replace(start, view=COMPACT)),
                _choice(listing, _("full"), replace(start, view=FULL)),
            ],
        ),
        Switch(
            _("Time"),
            [
                _choice(listing, _("newest"), replace(start, order=NEWEST)),
                _choice(listing, _("oldest"), replace(start, order=OLDEST)),
            ],
        ),
        Switch(
            _("Source"),
            [
                _source(listing, _("internal"), INTERNAL),
                _source(listing, _("external"), EXTERNAL),
                _source(listing, _("all"), None),
            ],
        ),
    ]


def _choice(listing: Listing, label: str, reading: Reading) -> Choice:
    present = reading == listing.reading.start
    return Choice(label, None if present else address(listing, reading))


def _source(listing: Listing, label: str, source: str | None) -> Choice:
    if source == listing.selection.source:
        return Choice(label, None)
    selection = replace(listing.selection, source=source)
    if listing.stream and not listing.stream.selection.source:
        return Choice(label, address(replace(listing, selection=selection)))
    return Choice(label, address(listing, selection=selection))


def facets(listing: Listing) -> list[FacetLink]:
    """The tags that would narrow the listing; none when it names as many tags as a selection may."""
    if len(listing.selection) >= settings.TAG_LIMIT:
        return []
    return [
        FacetLink(
            tag.name,
            count,
            address(listing, selection=listing.selection.adding(tag.slug)),
            address(listing, selection=listing.selection.leaving_out(tag.slug)),
        )
        for tag, count in listing.facets
    ]


def more_tags(listing: Listing) -> str | None:
    """The cloud of every tag that goes with the selection's; None where the facets are all, or it says more than tags."""
    if len(listing.facets) < FACETS or listing.selection.unwanted or listing.selection.author:
        return None
    return cloud_address(listing.selection)


def cloud_address(within: Selection) -> str:
    """Where the tags are that go with some."""
    return f"/tags/?with={quote(within.expression, safe='+')}" if within.tags else "/tags/"


def droppings(listing: Listing, tags: tuple[str, ...]) -> list[Dropping]:
    """Some of the selection's tags, each with the listing without it; a stream may name some that no visible post bears."""
    known = [tag for tag in map(listing.index.tag, tags) if tag]
    return [Dropping(tag.name, address(listing, selection=listing.selection.dropping(tag.slug))) for tag in known]


class CloudTag(NamedTuple):
    """A tag in the cloud: its own listing, and the cloud of what goes with it."""

    name: str
    count: int
    address: str
    narrower: str | None
    size: int  # 1 to 5, by the logarithm of the count


def cloud(index: TagIndex, within: Selection, by_count: bool) -> list[CloudTag]:
    """Every tag, or every tag that goes with some, by name or by falling count."""
    counted = index.facets(index.select(within), within.tags, len(index.tags()) + 1) if within else index.tags()
    ordered = sorted(counted, key=lambda facet: (-facet.count, facet.tag.slug) if by_count else (0, fold(facet.tag.name)))
    most = max((facet.count for facet in counted), default=1)
    narrowing = len(within) + 1 < settings.TAG_LIMIT
    return [
        CloudTag(
            tag.name,
            count,
            within.adding(tag.slug).address,
            cloud_address(within.adding(tag.slug)) if narrowing else None,
            1 + round(4 * log(count) / log(most)) if most > 1 else 1,
        )
        for tag, count in ordered
    ]


def tags_of(index: TagIndex, post: PostPage) -> list[IndexedTag | Tag]:
    """A post's tags by name: from the index where it is there, so without a query."""
    position = index.position(post.pk)
    tags = list(post.tags.all()) if position is None else index.tags_of(position)
    return sorted(tags, key=lambda tag: fold(tag.name))


def name_of(index: TagIndex, slug: str) -> str:
    """A tag's name, where the reader may know it; else its slug."""
    tag = index.tag(slug)
    return tag.name if tag else slug


def years(listing: Listing) -> list[Period]:
    """The years that hold posts of the listing, or of the whole time when one is chosen."""
    chosen = listing.selection.year
    if chosen is None:
        return [_period(listing, str(year), count, year) for year, count in listing.years]
    timeless = listing.index.select(replace(listing.selection, year=None, month=None), listing.found)
    return [_period(listing, str(year), count, year) for year, count in listing.index.years(timeless)]


def months(listing: Listing) -> list[Period]:
    """The months of the chosen year that hold posts."""
    year = listing.selection.year
    if year is None:
        return []
    whole = listing.index.select(replace(listing.selection, month=None), listing.found)
    return [_period(listing, month_name(year, month), count, year, month) for month, count in listing.index.months(whole, year)]


def _period(listing: Listing, label: str, count: int, year: int, month: int | None = None) -> Period:
    selection = replace(listing.selection, year=year, month=month)
    present = selection == listing.selection
    return Period(label, count, None if present else address(replace(listing, selection=selection)))


def _in_short(index: TagIndex, selection: Selection) -> str:
    """A selection as a label: “programming + kimonote − email”."""
    wanted = " + ".join(name_of(index, tag) for tag in selection.wanted)
    unwanted = "".join(f" − {name_of(index, tag)}" for tag in selection.unwanted)
    return f"{wanted}{unwanted}".strip() or str(selection)


class Pager(NamedTuple):
    """The pages before and after this one in reading order."""

    previous: str | None
    next: str | None


def pager(listing: Listing) -> Pager:
    """The addresses of the neighbouring pages, by keyset: they stay right while posts are added."""
    page, start = listing.page, listing.reading.start
    newer = address(listing, replace(start, after=page.newer)) if page.newer else None
    older = address(listing, replace(start, before=page.older)) if page.older else None
    return Pager(older, newer) if start.oldest_first else Pager(newer, older)


@dataclass(frozen=True, slots=True)
class Around:
    """The posts beside a post in one set of posts."""

    label: str
    address: str
    rank: int
    total: int
    newer: "Title | None"
    older: "Title | None"


class Title(NamedTuple):
    """A post as a link: enough of it."""

    title: str
    address: str


class Pair(NamedTuple):
    label: str
    address: str
    count: int


def around(index: TagIndex, position: int, within: Selection | None) -> list[Around]:
    """What lies around a post: in the blog, in the selection its reader came from, in each of its tags."""
    sets = [(_("All notes"), Selection())]
    if within:
        sets.append((_in_short(index, within), within))
    for tag in index.tags_of(position):
        selection = Selection.of([tag.slug])
        if selection != within:
            sets.append((f"#{tag.name}", selection))
    found = [(label, selection, index.neighbours(index.select(selection), position)) for label, selection in sets]
    titles = PostPage.objects.titles(
        [id_ for *_set, beside in found for id_ in (beside.newer, beside.older) if id_ is not None]
    )
    return [_around(label, selection, neighbours, titles, within) for label, selection, neighbours in found]


def _in_short(index: TagIndex, selection: Selection) -> str:
    """A selection as a label: “programming + kimonote − email”."""
    wanted = " + ".join(name_of(index, tag) for tag in selection.wanted)
    unwanted = "".join(f" − {name_of(index, tag)}" for tag in selection.unwanted)
    return f"{wanted}{unwanted}".strip() or str(selection)


def _around(
    label: str, selection: Selection, neighbours: Neighbours, titles: dict[int, tuple[str, str]], within: Selection | None
) -> Around:
    kept = came_from(selection) if selection == within else ""

    def title(id_: int | None) -> Title | None:
        if id_ is None or id_ not in titles:
            return None
        slug, text = titles[id_]
        return Title(text, f"/{quote(slug)}/{kept}")

    newer, older = title(neighbours.newer), title(neighbours.older)
    return Around(label, selection.address, neighbours.rank, neighbours.total, newer, older)


def pairs(index: TagIndex, position: int) -> list[Pair]:
    """The pairs of a post's tags that have most posts in common."""
    return [_pair(first, second, count) for first, second, count in index.pairs(position)]


def _pair(first: IndexedTag, second: IndexedTag, count: int) -> Pair:
    return Pair(f"{first.name} + {second.name}", Selection.of([first.slug, second.slug]).address, count)
