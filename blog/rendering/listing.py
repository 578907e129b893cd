"""A listing: a selection's posts in one order and view, with what can be counted about them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import get_language

from blog.caching.fragments import FragmentCache
from blog.models import PostPage, Stream
from blog.paths import selection_path, stream_path
from blog.rendering.listing_cards import read_cards, read_cards_found
from blog.request import Blog
from blog.search import search
from blog.selections.query import FULL, PARAMETERS, Reading, query
from blog.selections.selection import Selection
from blog.tagindex import Facet, PageOfIds, Positions, TagIndex

FACETS = 20  # tags offered to narrow a selection; the cloud of /tags/?with= shows the rest
NO_TEXT = "\0"  # stands for a value; no tag, word sought or name holds one

card_fragments: FragmentCache[str] = FragmentCache(settings.FRAGMENT_CACHE_BYTES)


@dataclass
class Listing:
    """A selection as one reader reads it, on one snapshot of the index."""

    blog: Blog
    index: TagIndex
    selection: Selection
    reading: Reading
    stream: Stream | None = None

    @cached_property
    def chosen(self) -> Positions:
        """The positions of its posts."""
        return self.index.select(self.selection, self.found)

    @cached_property
    def found(self) -> Positions | None:
        """The positions of the posts that hold the words sought; None where none are."""
        return search(self.blog.path, self.index, self.reading.q) if self.reading.q else None

    @cached_property
    def count(self) -> int:
        return len(self.chosen)

    @cached_property
    def facets(self) -> list[Facet]:
        return self.index.facets(self.chosen, self.selection.tags, FACETS)

    @cached_property
    def years(self) -> list[tuple[int, int]]:
        return self.index.years(self.chosen)

    @cached_property
    def page(self) -> PageOfIds:
        """The ids of one page's posts, in reading order: of a full view, as many as one page may hold."""
        reading = self.reading
        length = settings.FULL_VIEW_POSTS if reading.view == FULL else self.blog.posts_per_page
        return self.index.page(self.chosen, length, reading.oldest_first, reading.before, reading.after)

    @cached_property
    def cards(self) -> dict[int, str]:
        """The page's cards by id, in reading order, but for posts deleted since the snapshot: one query, or none.

        They are places to be led to where the contents are listed, and show where the words sought stand.
        """
        ids, anchored = self.page.ids, self.reading.contents
        if self.reading.q:
            found = read_cards_found(ids, self.index, self.reading.q, anchored=anchored)
            return {id_: found[id_] for id_ in ids if id_ in found}
        read = partial(read_cards, index=self.index, anchored=anchored)
        return card_fragments.get(self.index, ids, read, get_language(), anchored)

    @cached_property
    def titles(self) -> dict[int, tuple[str, str]]:
        """The slugs and titles of the page's posts by id, in reading order: one query."""
        titles = PostPage.objects.titles(self.page.ids)
        return {id_: titles[id_] for id_ in self.page.ids if id_ in titles}

    @cached_property
    def path(self) -> str:
        """Where it is, percent-encoded, without its query."""
        return stream_path(self.stream.slug) if self.stream else selection_path(self.selection)

    @cached_property
    def parameters(self) -> dict[str, str]:
        """What its address says after the `?`, from the reading's start."""
        said = self.stream.selection.parameters if self.stream else {}
        own = {name: value for name, value in self.selection.parameters.items() if said.get(name) != value}
        return {**own, **self.reading.start.parameters}

    def address(self, **changes: str | None) -> str:
        """Its address from the reading's start, with some parameters changed, or (by None) left out."""
        return self.path + self.query(**changes)

    def addresses(self, name: str, values: Iterable[str], **changes: str | None) -> list[str]:
        """Its addresses from the reading's start with one parameter set to each of some plain values."""
        before, after = self.address(**changes, **{name: NO_TEXT}).split(quote(NO_TEXT))
        return [before + value + after for value in values]

    def query(self, **changes: str | None) -> str:
        """What its address says from the `?` on."""
        given = {**self.parameters, **changes}
        return query({name: value for name in PARAMETERS if (value := given.get(name))}) if given else ""

    def redirected(self, selection: Selection) -> str:
        """The address of another selection, read the same way from its start; a default order stays behind."""
        return selection_path(selection) + self.kept(selection)

    def kept(self, selection: Selection) -> str:
        """The query of that address."""
        return query(selection.parameters, self.reading.start.parameters)
