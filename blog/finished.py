"""A finished page: a public response as the server sends it, compressed."""

import time
from dataclasses import dataclass

Key = tuple[str, str, str, str]  # scheme, host, address, coding


@dataclass(frozen=True, slots=True)
class Page:
    """A finished answer: what the server sends, and how long it may be sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    revision: int
    stale_at: float | None
    packed: str = ""  # the coding that it is packed in quickly, and could be better

    def holds(self, revision: int) -> bool:
        return self.revision == revision and (self.stale_at is None or time.time() < self.stale_at)
