"""Pauses between the transactions of long work, in which others that wait for SQLite's one lock get it.

Whoever waits for it looks again only every tenth of a second: work that takes it back at once would keep them waiting.
On a busy machine they look less often still, and the writing takes longer: the pause is a share of that. In PostgreSQL
whoever waits longest gets a lock first.
"""

import time

from django.db import connection

PAUSE = 0.3  # of the time spent writing before it
WRITING = 0.5  # seconds of transactions before a pause


class Pauses:
    """Pauses after each half second of writing, however many transactions that were."""

    def __init__(self) -> None:
        self.written = 0.0  # seconds since the last pause

    def after(self, seconds: float) -> None:
        """Pause, if it is time, after a transaction that took so long."""
        self.written += seconds
        if self.written >= WRITING and connection.vendor == "sqlite" and not connection.in_atomic_block:
            time.sleep(PAUSE * self.written)
            self.written = 0.0
