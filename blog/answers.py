"""Public answers: validators (ETag, Last-Modified), what may be kept, and what may never be."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache, lru_cache, wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import http_date

from blog.sites import index_of, is_public
from blog.tagindex import TagIndex

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
Decorated = TypeVar("Decorated", bound=Callable[..., HttpResponseBase])

SHAPING = ("templates", "static", "blog", "site", "locale")  # folders whose files decide what a page looks like
SNAPSHOTS = 16  # whose validators are remembered
RESOLUTION = timedelta(seconds=1)  # of an HTTP date: a change this young may be followed by another of the same date


@cache
def release() -> str:
    """A short word for the code, templates and language at work: pages of another release are other pages."""
    digest = hashlib.sha256(f"{settings.LANGUAGE_CODE} {settings.TIME_ZONE}".encode())
    for path in _files():
        digest.update(
            f"{path.name}{path.stat().st_size} ".encode() + path.read_bytes()
        )  # not its date: machines differ in that
    return digest.hexdigest()[:8]


def _files() -> Iterator[Path]:
    folders = [settings.ROOT / folder for folder in SHAPING]
    for folder in [*folders, settings.THEME_DIR] if settings.THEME_DIR else folders:
        yield from sorted(path for path in folder.rglob("*") if path.suffix != ".pyc" and path.is_file())


def public(view: View[P]) -> View[P]:
    """Let a view's answer be kept until the revision rises, unless its reader has a session: then it is theirs alone."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        if not is_public(request):
            return mark_personal(view(request, *args, **kwargs))
        index = index_of(request)
        if _still_holds(request, index):
            return mark_public(HttpResponseNotModified(), index)
        return mark_public(view(request, *args, **kwargs), index)

    return answered_first_by(answer)(answer)


def answered_first_by(short: Callable[..., HttpResponseBase | None]) -> Callable[[Decorated], Decorated]:
    """Have a view's answer to whoever has no session made by another, which knows nothing of sessions and may give none."""

    def mark(view: Decorated) -> Decorated:
        view.short_way = short  # type: ignore[attr-defined]
        return view

    return mark


def short_way(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase | None] | None:
    """What answers first in a view's place."""
    return getattr(view, "short_way", None)


@lru_cache(SNAPSHOTS)
def validators(version: str, changed: datetime) -> tuple[str, str]:
    """ETag and Last-Modified of every page of a snapshot; the time tells it from one before a restored backup."""
    return f'W/"{release()}-{version}-{int(changed.timestamp() * 1000):x}"', http_date(changed.timestamp())


def _still_holds(request: HttpRequest, index: TagIndex) -> bool:
    if "HTTP_IF_NONE_MATCH" not in request.META and "HTTP_IF_MODIFIED_SINCE" not in request.META:
        return False
    changed = int(index.changed.timestamp()) if _is_settled(index) else None
    conditional = get_conditional_response(request, validators(index.version, index.changed)[0], changed)
    return conditional is not None and conditional.status_code == 304


def _is_settled(index: TagIndex) -> bool:
    return timezone.now() - index.changed > RESOLUTION


def mark_public(response: HttpResponseBase, index: TagIndex) -> HttpResponseBase:
    """Say that anyone may keep this answer, asking each time whether it still holds."""
    response.headers.setdefault("Cache-Control", "public, no-cache")
    patch_vary_headers(response, ["Accept-Encoding"])
    if response.status_code in (200, 304):
        response["ETag"], last_modified = validators(index.version, index.changed)
        if _is_settled(index):
            response["Last-Modified"] = last_modified
    response.made_from = index  # type: ignore[attr-defined]  # tells the page cache that and how long it may keep it
    return response


def mark_personal(response: HttpResponseBase) -> HttpResponseBase:
    """Say that nobody may keep this answer."""
    patch_cache_control(response, private=True, no_store=True)
    patch_vary_headers(response, ["Cookie"])
    return response
