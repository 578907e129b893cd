"""A finished page: a public answer as the server sends it, compressed; and how it is written down for other processes."""

import json
import time
from dataclasses import asdict, dataclass
from typing import Self

Key = tuple[str, str, str, str]  # scheme, host, address, coding


@dataclass(frozen=True, slots=True)
class Page:
    """A finished answer: what the server sends, and how long it may be sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    revision: int
    stale_at: float | None
    version: str = ""  # of blog and release: `blog.answers.validators`
    packed: str = ""  # the coding that it is packed in quickly, and could be better

    def holds(self, revision: int) -> bool:
        return self.revision == revision and (self.stale_at is None or time.time() < self.stale_at)

    def as_bytes(self) -> bytes:
        """All of it: a line of JSON, then the body. Never a pickle, which would let whoever writes it run what they like."""
        return json.dumps({**asdict(self), "body": ""}).encode() + b"\n" + self.body

    @classmethod
    def from_bytes(cls, written: bytes) -> Self:
        """Read what `as_bytes` wrote.

        >>> page = Page(200, (("Content-Type", "text/plain"),), b"two\\nlines", 7, None)
        >>> Page.from_bytes(page.as_bytes()) == page
        True
        """
        about, _, body = written.partition(b"\n")
        words = json.loads(about)
        headers = tuple((name, value) for name, value in words["headers"])
        return cls(**{**words, "headers": headers, "body": body})
