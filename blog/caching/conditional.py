"""Conditional requests (RFC 9110, section 13): the validators of public responses, and whether a reader's copy is current."""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.http import http_date, parse_etags, parse_http_date_safe

from blog.tagindex import TagIndex

SHAPING = ("templates", "static", "blog", "site", "locale")  # folders whose files determine rendered pages
SNAPSHOTS = 16  # snapshots whose validators are cached
RESOLUTION = timedelta(seconds=1)  # of an HTTP date: a change this young may be followed by another of the same date


@cache
def release() -> str:
    """Return a short digest of code, templates and language, part of each ETag: another release renders other pages."""
    digest = hashlib.sha256(f"{settings.LANGUAGE_CODE} {settings.TIME_ZONE}".encode())
    for path in _files():
        digest.update(
            f"{path.name}{path.stat().st_size} ".encode() + path.read_bytes()
        )  # not the modification time, which differs between machines
    return digest.hexdigest()[:8]


def _files() -> Iterator[Path]:
    folders = [settings.ROOT / folder for folder in SHAPING]
    for folder in [*folders, settings.THEME_DIR] if settings.THEME_DIR else folders:
        yield from sorted(path for path in folder.rglob("*") if path.suffix != ".pyc" and path.is_file())


def validators(snapshot: TagIndex, today: date | None = None) -> tuple[str, str]:
    """Return ETag and Last-Modified of every page of a snapshot; the latter is empty while its change is too young.

    Pages that depend on the date have those of `today`, which changed at midnight.
    """
    etag, last_modified = _validators(snapshot.version, snapshot.changed)
    if today is not None:
        midnight = timezone.make_aware(datetime.combine(today, time()))
        etag = f'{etag[:-1]}-{today:%Y%m%d}"'
        last_modified = http_date(max(midnight, snapshot.changed).timestamp())
    return etag, last_modified if timezone.now() - snapshot.changed > RESOLUTION else ""


def dated_at(snapshot: TagIndex) -> float:
    """Return when pages of a snapshot may have a Last-Modified (seconds since 1970)."""
    return (snapshot.changed + RESOLUTION).timestamp()


@lru_cache(SNAPSHOTS)
def _validators(version: str, changed: datetime) -> tuple[str, str]:
    """Return the validators; the time distinguishes snapshots of the same revision before and after a backup was restored."""
    return f'W/"{release()}-{version}-{int(changed.timestamp() * 1000):x}"', http_date(changed.timestamp())


def is_conditional(request: HttpRequest) -> bool:
    """Return whether the request has If-None-Match with ETags (not `*`), or else If-Modified-Since."""
    return request.META.get("HTTP_IF_NONE_MATCH", "*").strip() != "*" or (
        "HTTP_IF_NONE_MATCH" not in request.META and "HTTP_IF_MODIFIED_SINCE" in request.META
    )


def is_current(request: HttpRequest, etag: str, last_modified: str) -> bool:
    """Return whether the client's copy of a page is current, so that the response is a 304 (RFC 9110, section 13.2.2)."""
    named = request.META.get("HTTP_IF_NONE_MATCH")
    if named is not None:
        return named == etag or named.strip() == "*" or _opaque(etag) in map(_opaque, parse_etags(named))
    date = request.META.get("HTTP_IF_MODIFIED_SINCE")
    if not date or not last_modified:
        return False
    since, changed = parse_http_date_safe(date), parse_http_date_safe(last_modified)
    return since is not None and changed is not None and changed <= since


def _opaque(etag: str) -> str:
    """Return an ETag's opaque part, by which ETags are compared weakly (RFC 9110, section 8.8.3.2)."""
    return etag.removeprefix("W/")
