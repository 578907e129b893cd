"""The words the tag index speaks in: tags, facets, cursors, pages of ids, neighbours. Pure and immutable."""

import re
from typing import NamedTuple, Self

from pyroaring import FrozenBitMap

Positions = FrozenBitMap  # places in the order of (publication, id): frozen, since an index shares them with its readers

MICROSECONDS = 1_000_000  # in a second
CURSOR = re.compile(r"(-?[0-9]{1,12})(?:\.([0-9]{6}))?-([0-9]{1,18})")


class IndexedTag(NamedTuple):
    """A tag that a visible post bears."""

    id: int
    slug: str
    name: str


class Facet(NamedTuple):
    """A tag and the number of posts that bear it."""

    tag: IndexedTag
    count: int  # type: ignore[assignment]  # in place of tuple.count, which nobody misses


class Cursor(NamedTuple):
    """A place in the order of posts; no post need stand there any more.

    >>> str(Cursor.parse("1516788900-123"))
    '1516788900-123'
    >>> Cursor.parse("1516788900.250000-123")
    Cursor(published=1516788900250000, id=123)
    """

    published: int  # microseconds since 1970
    id: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a cursor from an address; raises ValueError."""
        found = CURSOR.fullmatch(text)
        if not found:
            raise ValueError(f"The place {text[:40]!a} cannot be read: it is written as seconds-id, such as 1516788900-123.")
        seconds, fraction, post = found.groups()
        return cls(int(seconds) * MICROSECONDS + int(fraction or 0), int(post))

    def __str__(self) -> str:
        seconds, fraction = divmod(self.published, MICROSECONDS)
        return f"{seconds}.{fraction:06}-{self.id}" if fraction else f"{seconds}-{self.id}"


class PageOfIds(NamedTuple):
    """Posts in reading order, and the cursors to go on from: `after` newer, `before` older; None at an end."""

    ids: list[int]
    newer: Cursor | None
    older: Cursor | None


class Neighbours(NamedTuple):
    """The posts around one, and its rank: 1 is the oldest."""

    newer: int | None
    older: int | None
    rank: int
    total: int
