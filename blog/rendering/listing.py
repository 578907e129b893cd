"""A listing: a selection's posts in one order and view, with their facets."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings
from django.utils.functional import cached_property

from blog.caching.fragments import Card
from blog.models import Stream
from blog.paths import author_path, selection_path, stream_path
from blog.rendering.listing_cards import cards_found, cards_of
from blog.request import Blog
from blog.search import LITTLE, Correction, by_relevance, corrections, search, tags_named
from blog.selections.query import FULL, PARAMETERS, Reading, query, selection_query, stream_query
from blog.selections.selection import Selection
from blog.tagindex import Facet, PageOfIds, Positions, TagIndex

FACETS = 20  # tags offered to narrow a selection; the cloud of /tags/?with= shows the rest
OFFERED, MOST_NAMED = 6, 30  # tags of a searched name that are offered, and of which posts are counted
NO_TEXT = "\0"  # placeholder for a value; occurs in no tag, search term or name


@dataclass
class Listing:
    """A selection with order, view and page, evaluated on one snapshot of the index."""

    blog: Blog
    index: TagIndex
    selection: Selection
    reading: Reading
    stream: Stream | None = None

    @cached_property
    def chosen(self) -> Positions:
        """Return the positions of the selection's posts."""
        return self.index.select(self.selection, self.found)

    @cached_property
    def found(self) -> Positions | None:
        """Return the positions of the posts that match the search terms; None without search terms."""
        return search(self.index, self.reading.q) if self.reading.q else None

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
    def tags_offered(self) -> list[Facet]:
        """Return the tags of the searched name with posts in the selection, on the first page of search results."""
        reading, index = self.reading, self.index
        if (
            not reading.q
            or reading != reading.start
            or len(self.selection) >= settings.TAG_LIMIT
            or index.unknown(self.selection)
        ):
            return []
        named = [tag for tag, _count in tags_named(index, reading.q) if tag.slug not in self.selection.tags][:MOST_NAMED]
        counted = [Facet(tag, len(index.select(self.selection.adding(tag.slug)))) for tag in named]
        return [facet for facet in counted if facet.count][:OFFERED]

    @cached_property
    def corrections(self) -> list[Correction]:
        """Return similar searches that find more in the selection, where this one finds little."""
        if not self.reading.q or self.count >= LITTLE:
            return []
        return corrections(self.index, self.reading.q, lambda found: len(self.index.select(self.selection, found)))

    @cached_property
    def page(self) -> PageOfIds:
        """Return the ids of the page's posts, in the listing's order; of a full view, as many as its limits allow."""
        reading = self.reading
        length = settings.FULL_VIEW_POSTS if reading.view == FULL else self.blog.posts_per_page
        if reading.is_by_relevance:
            shown = by_relevance(self.index, reading.q, self.chosen, (reading.page - 1) * length, reading.page * length)
            return PageOfIds(self.index.post_ids[shown].tolist(), newer=None, older=None)
        return self.index.page(self.chosen, length, reading.oldest_first, reading.before, reading.after)

    @cached_property
    def cards(self) -> dict[int, Card]:
        """Return the page's cards by id, in the listing's order, without posts deleted since the snapshot.

        They have ids where the page has a table of contents, and excerpts where there are search terms.
        """
        ids, anchored = self.page.ids, self.reading.contents
        author = author_path(self.selection.author) if self.selection.author else ""
        if self.reading.q:
            return cards_found(ids, self.index, self.reading.q, anchored=anchored, author=author)
        return cards_of(ids, self.index, anchored=anchored, author=author)

    @cached_property
    def path(self) -> str:
        """Return the listing's URL path, percent-encoded, without the query."""
        return stream_path(self.stream.slug) if self.stream else selection_path(self.selection)

    @cached_property
    def parameters(self) -> dict[str, str]:
        """Return the query parameters of the listing's first page."""
        inherited = self.stream.selection.parameters if self.stream else {}
        own = {name: value for name, value in self.selection.parameters.items() if inherited.get(name) != value}
        return {**own, **self._of_first_page}

    @cached_property
    def _of_first_page(self) -> dict[str, str]:
        return self.reading.start.parameters

    @cached_property
    def post_query(self) -> str:
        """Return the query of posts' URLs that tells where their reader came from."""
        return stream_query(self.stream.slug) if self.stream else selection_query(self.selection)

    def address(self, **changes: str | None) -> str:
        """Return the URL of the first page with some parameters changed or, where None, removed."""
        return self.path + self.query(**changes)

    def addresses(self, name: str, values: Iterable[str], **changes: str | None) -> list[str]:
        """Return the URLs of the first page with one parameter set to each of some values, which need no escaping."""
        before, after = self.address(**changes, **{name: NO_TEXT}).split(quote(NO_TEXT))
        return [before + value + after for value in values]

    def query(self, **changes: str | None) -> str:
        """Return the query string of the listing's URL, with its `?`."""
        given = {**self.parameters, **changes}
        return query({name: value for name in PARAMETERS if (value := given.get(name))})

    def redirected(self, selection: Selection) -> str:
        """Return the URL of another selection's first page with the same parameters; a default order is removed."""
        return selection_path(selection) + self.query_of(selection)

    def query_of(self, selection: Selection) -> str:
        """Return the query string of other selections' URLs."""
        return query(selection.parameters, self._of_first_page)
