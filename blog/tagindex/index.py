"""The tag index: an immutable snapshot of a blog's visible posts, in which a selection costs microseconds. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from blog.selections.selection import EXTERNAL, Selection
from blog.selections.typed import KnownTags
from blog.tagindex.facets import count_facets
from blog.tagindex.inverted_index import InvertedIndex
from blog.tagindex.related import find_related
from blog.tagindex.types import Facet, IndexedTag, Positions

NOTHING = Positions()


@dataclass(frozen=True, eq=False)
class TagIndex(InvertedIndex):
    """What is asked of the postings: tags and authors, selections, facets, and posts related to one."""

    def tag(self, slug: str) -> IndexedTag | None:
        """Return the tag of this slug; None when no visible post has it."""
        number = self.numbers.get(slug)
        return None if number is None else self.tag_list[number]

    @cached_property
    def known(self) -> KnownTags:
        """Return the tags that typed text may name."""
        return KnownTags.of((slug, self.tag_list[number].name) for slug, number in self.numbers.items())

    def tags(self) -> list[Facet]:
        """Return every tag of a visible post, by falling count, then by slug."""
        order = np.lexsort((self.slug_ranks, -self.post_counts))[: len(self.numbers)]
        counts = self.post_counts[order].tolist()
        return [Facet(self.tag_list[number], count) for number, count in zip(order, counts, strict=True)]

    def authors(self) -> dict[str, int]:
        """Return the number of visible posts of each author, by handle."""
        return {handle: len(theirs) for handle, theirs in zip(self.handles, self.by_author, strict=True) if theirs}

    def author_name(self, handle: str | None) -> str:
        """Return the name of an author of visible posts; empty for any other."""
        return self.author_names[handle] if handle and self._posts_by(handle) else ""

    def unknown(self, selection: Selection) -> tuple[str, ...]:
        """Return the tags of a selection that no visible post has, and an author without any as `@ada`."""
        tags = [tag for tag in selection.tags if tag not in self.numbers]
        author = [f"@{selection.author}"] if selection.author and not self._posts_by(selection.author) else []
        return (*tags, *author)

    def select(self, selection: Selection, among: Positions | None = None) -> Positions:
        """Return the positions of a selection's posts, with `among` only those in it."""
        wanted = [self._posts_tagged(tag) for tag in selection.wanted]
        if selection.author:
            wanted.append(self._posts_by(selection.author))
        if selection.source == EXTERNAL:
            wanted.append(self.external)
        if among is not None:
            wanted.append(among)
        if selection.year is not None:
            wanted.append(Positions(range(*self.year_ranges.range_of(selection.year, selection.month))))
        chosen = _all_of(wanted) if wanted else self.all_positions
        if selection.year is not None and len(wanted) == 1:
            chosen = chosen & self.all_positions
        unwanted = [self._posts_tagged(tag) for tag in selection.unwanted]
        if selection.source and selection.source != EXTERNAL:
            unwanted.append(self.external)
        return chosen.difference(*unwanted) if unwanted else chosen

    def _posts_tagged(self, slug: str) -> Positions:
        number = self.numbers.get(slug)
        return NOTHING if number is None else self.postings_of(number)

    def _posts_by(self, handle: str) -> Positions:
        return self.by_author[self.handles.index(handle)] if handle in self.handles else NOTHING

    def facets(self, chosen: Positions, exclude: Collection[str] = (), limit: int = 30) -> list[Facet]:
        """Return the `limit` tags with the highest counts among these posts, exactly counted, without `exclude` (slugs)."""
        return count_facets(self, chosen, exclude, limit)

    def tags_of(self, position: int) -> list[IndexedTag]:
        """Return a post's tags in order of their slugs."""
        return sorted((self.tag_list[number] for number in self.tag_numbers(position)), key=lambda tag: tag.slug)

    def authors_of(self, position: int) -> list[str]:
        """Return the handles of a post's authors, in alphabetical order."""
        return sorted(self.handles[number] for number in self.byline_authors[int(self.bylines[position]) >> 1])

    def pairs(self, position: int, limit: int = 5) -> list[tuple[IndexedTag, IndexedTag, int]]:
        """Return the pairs of a post's tags with the most posts in common (at least two), and that number."""
        tagged = [(tag, self._posts_tagged(tag.slug)) for tag in self.tags_of(position)]
        common = [(a, b, theirs.intersection_cardinality(others)) for (a, theirs), (b, others) in combinations(tagged, 2)]
        common.sort(key=lambda pair: -pair[2])  # stable: then by slug
        return [pair for pair in common[:limit] if pair[2] > 1]

    def related(self, position: int, limit: int = 4) -> list[int]:
        """Return the ids of the `limit` posts most related by shared tags; see `related`."""
        return self._ids(find_related(self, position, limit))


def _all_of(wanted: list[Positions]) -> Positions:
    """Return the intersection, the smallest sets first."""
    chosen, *others = sorted(wanted, key=len)
    for other in others:
        chosen = chosen & other
    return chosen
