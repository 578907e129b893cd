"""Types of the tag index: tags, facets, cursors, pages of ids, neighbours, and the rows that an index is built from. Pure."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from blog.selections.cursor import Cursor

IntArray = NDArray[Any]  # integers of the narrowest dtype that holds them
Positions = FrozenBitMap  # ranks in the order of (publication, id); frozen, since readers of an index share them

NEVER = datetime.fromtimestamp(0, UTC)
ALL_HIDDEN = 0  # in `hidden`: every post; no post has this id


class IndexedTag(NamedTuple):
    """A tag of at least one visible post."""

    id: int
    slug: str
    name: str


class Facet(NamedTuple):
    """A tag and its number of posts."""

    tag: IndexedTag
    count: int  # type: ignore[assignment]  # shadows tuple.count


class PageOfIds(NamedTuple):
    """One page of post ids in reading order, with cursors for the next newer and older page; None at either end."""

    ids: list[int]
    newer: Cursor | None
    older: Cursor | None


class Neighbours(NamedTuple):
    """The posts next to one in a selection, and its rank there; 1 is the oldest."""

    newer: int | None
    older: int | None
    rank: int
    total: int


def _none() -> IntArray:
    return np.empty(0, np.int64)


def _no_pairs() -> IntArray:
    return np.empty((0, 2), np.int64)


@dataclass
class IndexData:
    """The rows of one SELECT, as columns: a blog's live posts, hidden ones included, with their tags and the revision.

    With `changed_posts`, only posts changed since an older revision were read; those without a row are gone.
    """

    revision: int = 0
    changed: datetime = NEVER
    changed_posts: frozenset[int] | None = None
    tags: dict[int, tuple[str, str]] = field(default_factory=dict)  # slug and name by id
    authors: dict[int, tuple[str, str]] = field(default_factory=dict)  # handle and name by id
    hidden: frozenset[int] = frozenset()  # ids of posts that the audience may not open
    expiring: dict[int, float] = field(default_factory=dict)  # by page id, in seconds since 1970; pages too: texts link to them
    posts: IntArray = field(default_factory=_none)
    published: IntArray = field(default_factory=_none)  # microseconds since 1970
    external: IntArray = field(default_factory=_none)  # 1 or 0
    post_tags: IntArray = field(default_factory=_no_pairs)  # rows of (post id, tag id)
    post_authors: IntArray = field(default_factory=_no_pairs)  # rows of (post id, author id)

    def visible(self, now: float) -> NDArray[np.bool_]:
        """Return a boolean per post: whether its audience may see it at `now` (seconds since 1970)."""
        if ALL_HIDDEN in self.hidden:
            return np.zeros(len(self.posts), np.bool_)
        expired = [post for post, moment in self.expiring.items() if moment <= now]
        unseen = np.fromiter({*self.hidden, *expired}, np.int64)
        return ~np.isin(self.posts, unseen)


def compact(numbers: IntArray, largest: int | None = None) -> IntArray:
    """Return non-negative integers in the narrowest unsigned dtype for their maximum (or `largest`), at least 16 bits."""
    greatest = int(numbers.max(initial=0)) if largest is None else largest
    return numbers.astype(np.promote_types(np.min_scalar_type(greatest), np.uint16), copy=False)
