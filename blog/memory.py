"""Giving memory back to the operating system after large work, which glibc does of itself only in part. Pure."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

LARGE: Final = 1 << 20  # bytes
LARGEST: Final = 1 << 25  # bytes: where glibc's own learning ends
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # see mallopt(3)

_library = ctypes.CDLL(None)


@contextmanager
def large_blocks_given_back() -> Iterator[None]:
    """Keep large blocks apart from the heap meanwhile, where each that is freed would leave a hole; then close the holes.

    Other C libraries than glibc do so always, and lack the calls.
    """
    if not hasattr(_library, "mallopt"):
        yield
        return
    _library.mallopt(M_MMAP_THRESHOLD, LARGE)
    try:
        yield
    finally:
        _library.mallopt(M_MMAP_THRESHOLD, LARGEST)
        _library.mallopt(M_TRIM_THRESHOLD, 2 * LARGEST)
        _library.malloc_trim(0)
