"""Finished public pages in this process's memory, compressed, until the revision rises; bounded in bytes."""

import gzip
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from threading import Lock
from typing import Final

import brotli  # type: ignore[import-untyped]
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.response import ResponseHeaders
from django.utils.text import compress_sequence
from django.utils.translation import gettext as _

from blog.finished import Key, Page
from blog.sites import is_public, revision_of
from blog.tagindex import TagIndex

LONGEST_ADDRESS: Final = 8_000  # characters; RFC 9110, section 4.1, asks for at least this much
SMALLEST: Final = 200  # bytes worth compressing
OVERHEAD: Final = 1_500  # bytes that an entry costs beside its body
NOT_MODIFIED: Final = ("ETag", "Last-Modified", "Cache-Control", "Vary")  # what a 304 says again: RFC 9110, section 15.4.5
CHECKED: Final = 1_000  # pages whose headers are kept as Django checked them, of 2 KB each
QUICK: Final = {"br": 1, "gzip": 3}  # qualities: a page is packed at once, in a tenth of the time it took to make …
THOROUGH: Final = {"br": 5, "gzip": 6}  # … and an eighth smaller as soon as it is asked for again


class Shelf:
    """Pages by address, the least lately asked for dropped first beyond `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._lock = Lock()
        self.size = 0  # bytes

    def get(self, key: Key) -> Page | None:
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def put(self, key: Key, page: Page) -> None:
        with self._lock:
            self._forget(key)
            self._pages[key] = page
            self.size += len(page.body) + OVERHEAD
            while self.size > self._limit:
                self._forget(next(iter(self._pages)))

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()
            self.size = 0

    def _forget(self, key: Key) -> None:
        page = self._pages.pop(key, None)
        if page is not None:
            self.size -= len(page.body) + OVERHEAD


shelf = Shelf(settings.PAGE_CACHE_BYTES)


class PageCache:
    """The outermost middleware: answers from the shelf, and keeps there what `blog.answers` marked public."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if len(request.META.get("PATH_INFO", "")) + len(request.META.get("QUERY_STRING", "")) > LONGEST_ADDRESS:
            return HttpResponse(_("The address is too long.") + "\n", status=414, content_type="text/plain; charset=utf-8")
        if request.method not in ("GET", "HEAD") or ("HTTP_COOKIE" in request.META and not is_public(request)):
            return self.get_response(request)
        coding = _coding(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        key = (
            str(request.scheme),
            request.META.get("HTTP_HOST", ""),
            f"{request.path}?{request.META.get('QUERY_STRING', '')}",
            coding,
        )
        page = shelf.get(key)
        if page is not None and page.holds(revision_of(request)):
            if page.packed:
                page = _packed_better(page)
                shelf.put(key, page)
            return _again(page, request)
        return self._make(key, request)

    def _make(self, key: Key, request: HttpRequest) -> HttpResponseBase:
        response = _compress(self.get_response(request), key[-1])
        made = _finished(response, request)
        if made is not None:
            shelf.put(key, made)
        return response


@lru_cache(200)
def _coding(accepted: str) -> str:
    """The content coding to answer in: br, gzip or none (RFC 9110, section 12.5.3).

    >>> _coding("gzip;q=1.0, br;q=0.000, *;q=0")
    'gzip'
    """
    offers = (word.replace(" ", "").lower().partition(";q=") for word in accepted.split(","))
    offered = {name for name, _, quality in offers if quality.strip("0.") or not quality}
    return next((coding for coding in ("br", "gzip") if coding in offered), "")


def _again(page: Page, request: HttpRequest) -> HttpResponse:
    """A kept page, or word that the reader's own copy still holds."""
    headers = _checked(page.headers)
    asked = request.META.get("HTTP_IF_NONE_MATCH")
    if asked and page.status == 200 and headers.get("ETag", "no tag") in asked:
        response = HttpResponse(status=304, content_type="")
        response.headers = _checked(page.headers, only=NOT_MODIFIED)
    else:
        response = HttpResponse(page.body if request.method == "GET" else b"", status=page.status, content_type="")
        response.headers = headers
    return response


@lru_cache(CHECKED)
def _checked(headers: tuple[tuple[str, str], ...], only: tuple[str, ...] = ()) -> ResponseHeaders:
    """Headers as Django holds them, or some of them: to check them takes as long as the rest. Nobody changes them after us."""
    return ResponseHeaders({name: value for name, value in headers if name in only or not only})


def _compress(response: HttpResponseBase, coding: str) -> HttpResponseBase:
    """Compress a public answer; others may hold secrets beside what a stranger sent, and are left alone."""
    if not hasattr(response, "made_from") or response.has_header("Content-Encoding"):
        return response
    if response.streaming:
        if coding == "gzip":
            response.streaming_content = compress_sequence(response.streaming_content)  # type: ignore[attr-defined]
            response["Content-Encoding"] = "gzip"
        return response
    assert isinstance(response, HttpResponse)
    if coding and len(response.content) >= SMALLEST:
        response.content = _pack(response.content, coding, QUICK[coding])
        response["Content-Encoding"] = coding
    if response.status_code != 304:
        response["Content-Length"] = str(len(response.content))
    return response


def _pack(body: bytes, coding: str, quality: int) -> bytes:
    return brotli.compress(body, quality=quality) if coding == "br" else gzip.compress(body, quality, mtime=0)


def _packed_better(page: Page) -> Page:
    """The same in fewer bytes; its ETag, being weak, still names it (RFC 9110, section 8.8.1)."""
    unpack = brotli.decompress if page.packed == "br" else gzip.decompress
    body = _pack(unpack(page.body), page.packed, THOROUGH[page.packed])
    headers = {**dict(page.headers), "Content-Length": str(len(body))}
    return replace(page, headers=tuple(headers.items()), body=body, packed="")


def _finished(response: HttpResponseBase, request: HttpRequest) -> Page | None:
    """A public answer as it may be kept: nothing with a cookie, nothing streamed, no answer to HEAD."""
    index: TagIndex | None = getattr(response, "made_from", None)
    if index is None or response.streaming or response.cookies or request.method != "GET" or response.status_code == 304:
        return None
    assert isinstance(response, HttpResponse)
    packed = response.get("Content-Encoding", "")
    return Page(response.status_code, tuple(response.items()), response.content, index.revision, index.stale_at, packed)
