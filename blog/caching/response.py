"""Cached public responses, compressed; and the LRU cache of them, bounded in bytes."""

import time
from collections import OrderedDict
from collections.abc import ItemsView
from dataclasses import dataclass, replace
from functools import lru_cache
from sys import getsizeof
from threading import Lock
from typing import Final, NamedTuple, Self

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import ResponseHeaders

from blog.caching.compression import best_coding, recompress
from blog.caching.conditional import dated_at, is_current
from blog.request import RequestState

OVERHEAD: Final = 600  # bytes that an entry takes beside its texts
NOT_MODIFIED: Final = ("ETag", "Last-Modified", "Cache-Control", "Vary")  # headers of a 304: RFC 9110, section 15.4.5
STALE: Final = "kimonote; hit; fwd=stale; detail=database-unavailable"
CHECKED: Final = 1_000  # responses whose headers are kept as Django checked them, of 2 KB each

Headers = tuple[tuple[str, str], ...]


class Key(NamedTuple):
    """The cache key of a response."""

    scheme: str
    host: str
    path: str  # decoded: it may hold a question mark
    query: str
    coding: str

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        meta = request.META
        return cls(
            str(request.scheme),
            meta.get("HTTP_HOST", ""),
            request.path,
            meta.get("QUERY_STRING", ""),
            best_coding(meta.get("HTTP_ACCEPT_ENCODING", "")),
        )


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """A response for everyone who has no session, whole, with every header."""

    status: int
    headers: Headers
    body: bytes
    revision: int
    stale_at: float | None = None  # seconds since 1970: when a post of its snapshot expires
    dated_at: float | None = None  # seconds since 1970: when it may have a Last-Modified, if it has none yet
    etag: str = ""  # of a page (200); other responses have none
    last_modified: str = ""
    coding: str = ""  # that it is compressed in quickly, and could be better

    @classmethod
    def of(cls, response: HttpResponse, state: RequestState) -> Self:
        """Return the cached form of a response rendered from a state."""
        is_page, headers = response.status_code == 200, dict(response.items())
        return cls(
            response.status_code,
            tuple(headers.items()),
            response.content,
            state.snapshot.revision,
            state.stale_at,
            dated_at(state.snapshot) if is_page and "Last-Modified" not in headers else None,
            headers.get("ETag", "") if is_page else "",
            headers.get("Last-Modified", "") if is_page else "",
            headers.get("Content-Encoding", ""),
        )

    def is_fresh(self, revision: int) -> bool:
        """Return whether it may be sent at a revision: until a post of its snapshot expires, or until it may have a date."""
        return self.revision == revision and self.is_unexpired() and (self.dated_at is None or time.time() < self.dated_at)

    def is_unexpired(self) -> bool:
        """Return whether no post of its snapshot has expired."""
        return self.stale_at is None or time.time() < self.stale_at

    def respond(self, request: HttpRequest) -> HttpResponse:
        """Return it as a response to GET or HEAD; a 304 where the client's copy is current."""
        if self.etag and is_current(request, self.etag, self.last_modified):
            response = HttpResponse(status=304, content_type="")
            response.headers = _checked(self.headers, NOT_MODIFIED)
        else:
            response = HttpResponse(self.body if request.method == "GET" else b"", status=self.status, content_type="")
            response.headers = _checked(self.headers)
        return response

    def respond_stale(self, request: HttpRequest) -> HttpResponse:
        """Return it as a response while nobody can tell whether it is fresh; Cache-Status says so (RFC 9211)."""
        response = self.respond(request)
        response.headers = ResponseHeaders({**response.headers, "Cache-Status": STALE, "Cache-Control": "no-store"})
        return response

    def recompressed(self) -> Self:
        """Return it compressed at higher quality; the ETag is weak and stays valid (RFC 9110, section 8.8.1)."""
        body = recompress(self.body, self.coding)
        headers = {**dict(self.headers), "Content-Length": str(len(body))}
        return replace(self, headers=tuple(headers.items()), body=body, coding="")


class _CheckedHeaders(ResponseHeaders):
    """Headers as Django checked and listed them, which takes as long as the rest. Nobody changes them after us."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__(headers)
        self._listed = dict(super().items())

    def items(self) -> ItemsView[str, str]:
        return self._listed.items()


@lru_cache(CHECKED)
def _checked(headers: Headers, only: tuple[str, ...] = ()) -> _CheckedHeaders:
    return _CheckedHeaders({name: value for name, value in headers if name in only or not only})


class ResponseCache:
    """An LRU cache of responses; beyond `limit` bytes the least recently used are evicted."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._responses: OrderedDict[Key, CachedResponse] = OrderedDict()
        self._lock = Lock()
        self.size = 0  # bytes

    def get(self, key: Key) -> CachedResponse | None:
        with self._lock:
            found = self._responses.get(key)
            if found is not None:
                self._responses.move_to_end(key)
            return found

    def put(self, key: Key, response: CachedResponse) -> None:
        with self._lock:
            self._drop(key)
            self._responses[key] = response
            self.size += _size(key, response)
            while self.size > self._limit:
                self._drop(next(iter(self._responses)))

    def clear(self) -> None:
        with self._lock:
            self._responses.clear()
            self.size = 0

    def _drop(self, key: Key) -> None:
        dropped = self._responses.pop(key, None)
        if dropped is not None:
            self.size -= _size(key, dropped)


def _size(key: Key, response: CachedResponse) -> int:
    """Return how many bytes an entry takes: its address, which is as long as its visitor likes, may stand in a header too."""
    return OVERHEAD + len(response.body) + sum(map(getsizeof, (key.path, key.query, *dict(response.headers).values())))


response_cache = ResponseCache(settings.PAGE_CACHE_BYTES)
