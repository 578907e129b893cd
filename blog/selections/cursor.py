"""Cursors of keyset pagination. Pure."""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Self

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECONDS = 1_000_000  # in a second
CURSOR = re.compile(r"(-?[0-9]{1,12})(?:\.([0-9]{6}))?-([0-9]{1,18})")


class Cursor(NamedTuple):
    """A keyset pagination cursor: a position in the order of posts, which need not be that of an existing post.

    >>> str(Cursor.parse("1516788900-123"))
    '1516788900-123'
    >>> Cursor.parse("1516788900.250000-123")
    Cursor(published=1516788900250000, id=123)
    """

    published: int  # microseconds since 1970
    id: int

    @property
    def moment(self) -> datetime:
        return EPOCH + timedelta(microseconds=self.published)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse a cursor from a URL. Raise ValueError."""
        found = CURSOR.fullmatch(text)
        if not found:
            raise ValueError(f"The place {text[:40]!a} cannot be read: it is written as seconds-id, such as 1516788900-123.")
        seconds, fraction, post = found.groups()
        return cls(int(seconds) * MICROSECONDS + int(fraction or 0), int(post))

    def __str__(self) -> str:
        seconds, fraction = divmod(self.published, MICROSECONDS)
        return f"{seconds}.{fraction:06}-{self.id}" if fraction else f"{seconds}-{self.id}"
