"""Turns to compute the hash of a password: one at a time in each process, so that threads stay free for readers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

LONGEST_WAIT: Final = 3.0  # seconds for another's turn to end: some six hashes
WAITING: Final = 1  # requests that wait; a process has four threads

_places = threading.BoundedSemaphore(1 + WAITING)
_turn = threading.BoundedSemaphore(1)


@contextmanager
def turn() -> Iterator[bool]:
    """Wait for a turn and hold it; gives False at once where others wait already, and after LONGEST_WAIT."""
    if not _places.acquire(blocking=False):
        yield False
        return
    try:
        taken = _turn.acquire(timeout=LONGEST_WAIT)
        try:
            yield taken
        finally:
            if taken:
                _turn.release()
    finally:
        _places.release()
