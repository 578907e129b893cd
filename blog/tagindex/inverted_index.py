"""The inverted index: postings and the forward index, which posts have a tag, and which tags a post has. Pure."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from blog.tagindex.ordering import Ordering, positions
from blog.tagindex.types import IndexedTag, IntArray, Positions


@dataclass(frozen=True, eq=False)
class InvertedIndex(Ordering):
    """Posts in order of publication, with postings by tag, author and source, and a forward index from posts to tags.

    Tags and authors are numbered from 0, tags by falling count at the time of building. The tags of the post at position p
    are `forward_index[forward_starts[p] : forward_starts[p] + forward_lengths[p]]`; its authors are
    `byline_authors[bylines[p] >> 1]`, and `bylines[p] & 1` is 1 for an external post.
    """

    revision: int
    version: str  # differs whenever the visible posts differ
    changed: datetime  # when the revision was last raised
    stale_at: float | None  # seconds since 1970: when a post expires, and the index is no longer valid
    hidden: frozenset[int]  # see IndexData
    expiring: dict[int, float]

    bylines: IntArray
    forward_starts: IntArray
    forward_lengths: IntArray
    forward_index: IntArray

    tag_list: list[IndexedTag]
    numbers: dict[str, int]  # by slug, of tags with a visible post
    post_counts: IntArray  # document frequency of each tag
    slug_ranks: IntArray  # alphabetical rank of each tag's slug
    bitmaps: dict[int, Positions]  # postings of frequent tags …
    short_postings: NDArray[np.uint32]  # … and of the others: `[short_posting_starts[n] : short_posting_starts[n + 1]]`
    short_posting_starts: IntArray
    cooccurrence: NDArray[np.int32]  # posts that two of the most frequent tags have in common

    handles: list[str]
    author_names: dict[str, str]  # by handle, of every author
    byline_authors: list[tuple[int, ...]]  # the different sets of authors, each in rising order; the first is empty
    by_author: list[Positions]
    external: Positions

    def postings_of(self, number: int) -> Positions:
        """Return the positions of the posts with the tag of this number."""
        common = self.bitmaps.get(number)
        if common is not None:
            return common
        return positions(self.short_postings[self.short_posting_starts[number] : self.short_posting_starts[number + 1]])

    def tag_numbers(self, position: int) -> list[int]:
        """Return the numbers of a post's tags, by the forward index."""
        start = int(self.forward_starts[position])
        numbers: list[int] = self.forward_index[start : start + int(self.forward_lengths[position])].tolist()
        return numbers
