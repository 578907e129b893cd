"""Hashes of passwords: one at a time in each process, at low priority, so that threads and processor stay readers'."""

import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import Final

from django.contrib.auth.hashers import PBKDF2PasswordHasher

LONGEST_WAIT: Final = 3.0  # seconds for the slot to become free: some six hashes
WAITING: Final = 1  # requests that wait; a process has four threads

NICENESS: Final = 10  # on busy processors, a tenth of a reader's share: half a second becomes five

_places = threading.BoundedSemaphore(1 + WAITING)
_slot = threading.BoundedSemaphore(1)


@contextmanager
def slot() -> Iterator[bool]:
    """Wait for the slot and hold it; gives False at once where others wait already, and after LONGEST_WAIT."""
    if not _places.acquire(blocking=False):
        yield False
        return
    try:
        taken = _slot.acquire(timeout=LONGEST_WAIT)
        try:
            yield taken
        finally:
            if taken:
                _slot.release()
    finally:
        _places.release()


class LowPriorityPBKDF2PasswordHasher(PBKDF2PasswordHasher):
    """Django's hasher, whose hashes are the same; computed in a thread of its own, OpenSSL leaves Python to the others."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        encoded: str = _low_priority(os.getpid()).submit(super().encode, password, salt, iterations).result()
        return encoded


def _lower_priority() -> None:
    """Lower the priority of this thread alone, as Linux lets one do."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread)))


@cache
def _low_priority(pid: int) -> ThreadPoolExecutor:
    """Return this process's executor: a forked process has no thread of its parent's, and would wait for it without end."""
    return ThreadPoolExecutor(1, "hashing", _lower_priority)
