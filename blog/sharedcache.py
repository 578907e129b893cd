"""Finished pages that processes and machines share, in Redis or Valkey (CACHE_URL); what fails there is no reader's failure.

A page's name there is its address, its coding and its ETag, which tells the revision, the moment of it and the release: so
nothing is ever invalidated, and machines with other code, or another backup, find nothing of each other's.
"""

import hashlib
import json
import logging
import time
from collections.abc import Callable
from typing import Final, Self, TypeVar

from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.utils.crypto import constant_time_compare, salted_hmac

from blog.finished import Key, Page

ALIAS: Final = "pages"  # in CACHES; another than Wagtail's, which would fail with it
LIFETIME: Final = 600  # seconds
LARGEST: Final = 500_000  # bytes of a body; a larger page is made by each process
PAUSE: Final = 10.0  # seconds that a cache which failed is left alone
SEAL: Final = 32  # bytes

T = TypeVar("T")
log = logging.getLogger(__name__)


class SharedCache:
    """Pages by name in a cache of Django's. Each is sealed: whoever can write into the cache still cannot write a page."""

    def __init__(self, cache: BaseCache) -> None:
        self._cache = cache
        self._failed = False
        self._rests_until = 0.0  # on the monotonic clock

    @classmethod
    def configured(cls) -> Self | None:
        """The one that the settings name, if they do."""
        return cls(caches[ALIAS]) if ALIAS in caches.settings else None

    def find(self, key: Key, version: str) -> Page | None:
        """The page that some process made of this very version."""
        name = _name(key, version)
        kept = self._ask(lambda: self._cache.get(name))
        if not isinstance(kept, bytes) or not constant_time_compare(kept[:SEAL], _seal(name, kept[SEAL:])):
            return None
        page = Page.from_bytes(kept[SEAL:])
        return page if page.holds(page.revision) else None

    def keep(self, key: Key, page: Page) -> None:
        """Let the others have a page, until it is stale."""
        seconds = LIFETIME if page.stale_at is None else min(LIFETIME, int(page.stale_at - time.time()))
        if seconds > 0 and len(page.body) <= LARGEST:
            name, written = _name(key, page.version), page.as_bytes()
            self._ask(lambda: self._cache.set(name, _seal(name, written) + written, seconds))

    def _ask(self, question: Callable[[], T]) -> T | None:
        """Put a question to the cache, unless it failed a moment ago; None without an answer. Says once that it fails."""
        if time.monotonic() < self._rests_until:
            return None
        try:
            answer = question()
        except Exception as error:  # whatever its client may raise
            if not self._failed:
                log.warning("The shared cache fails (%s): each process makes its own pages until it answers again.", error)
            self._failed, self._rests_until = True, time.monotonic() + PAUSE
            return None
        if self._failed:
            log.warning("The shared cache answers again.")
            self._failed = False
        return answer


def _name(key: Key, version: str) -> str:
    return hashlib.sha256(json.dumps([*key, version]).encode()).hexdigest()


def _seal(name: str, written: bytes) -> bytes:
    """An HMAC of the page under its name, by the site's secret key."""
    return salted_hmac("blog.sharedcache", name.encode() + written, algorithm="sha256").digest()
