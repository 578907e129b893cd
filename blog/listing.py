"""A listing: a selection's posts in one order and view, with what can be counted about them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings

from blog.models import PostPage, Stream
from blog.reading import FULL, PARAMETERS, Reading, query
from blog.selection import Selection, quoted
from blog.sites import Blog
from blog.tagindex import Facet, PageOfIds, Positions, TagIndex

FACETS = 20  # tags offered to narrow a selection; the cloud of /tags/?with= shows the rest
NOT_WORDS = re.compile(r"[^\w\u0300-\u036f]|_")
CHUNK = 50  # posts read at once of a whole history


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
        return self.index.among(search_ids(self.blog, self.reading.q)) if self.reading.q else None

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
    def cards(self) -> list[str]:
        """The page's cards, in reading order: one query."""
        cards = PostPage.objects.cards(self.page.ids)
        return [cards[id_] for id_ in self.page.ids if id_ in cards]

    @cached_property
    def titles(self) -> list[tuple[str, str]]:
        """The slugs and titles of the page's posts, in reading order: one query."""
        titles = PostPage.objects.titles(self.page.ids)
        return [titles[id_] for id_ in self.page.ids if id_ in titles]

    @cached_property
    def path(self) -> str:
        """Where it is, percent-encoded, without its query."""
        return quoted(f"/streams/{self.stream.slug}/" if self.stream else self.selection.path)

    @cached_property
    def parameters(self) -> dict[str, str]:
        """What its address says after the `?`, from the reading's start."""
        said = self.stream.selection.parameters if self.stream else {}
        own = {name: value for name, value in self.selection.parameters.items() if said.get(name) != value}
        return {**own, **self.reading.start.parameters}

    def address(self, **changes: str | None) -> str:
        """Its address from the reading's start, with some parameters changed, or (by None) left out."""
        given = {**self.parameters, **changes}
        return self.path + query({name: value for name in PARAMETERS if (value := given.get(name))})

    def elsewhere(self, selection: Selection) -> str:
        """The address of another selection, read the same way from its start; a default order stays behind."""
        return quoted(selection.path) + query(selection.parameters, self.reading.start.parameters)

    def whole(self) -> Iterator[PostPage]:
        """The page's posts, whole, in reading order, read a few at a time."""
        ids = self.page.ids
        for start in range(0, len(ids), CHUNK):
            posts = PostPage.objects.whole().in_bulk(ids[start : start + CHUNK])
            yield from (posts[id_] for id_ in ids[start : start + CHUNK] if id_ in posts)


def search_ids(blog: Blog, text: str) -> list[int]:
    """The ids of the blog's posts that hold all the words, by Wagtail's search; the index says who may see them.

    Words alone reach the database: SQLite's search would read signs among them as its own language.
    """
    words = " ".join(NOT_WORDS.sub(" ", text).split())
    if not words:
        return []
    found = PostPage.objects.of_blog(blog.path).search(words, operator="and", order_by_relevance=False)
    return list(found.get_queryset().values_list("pk", flat=True))
