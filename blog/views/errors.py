"""Error pages (400, 403, 404, 500, 503): each states what happened and offers links."""

import logging
import re
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from blog import availability
from blog.images.storage import StorageUnavailable
from blog.paths import post_path, tag_path
from blog.rendering.navigation import Offer
from blog.rendering.neighbours import Title
from blog.request import RequestState, public_state
from blog.resolve import UnknownTags, address, suggest, without_unknown
from blog.search import near_notes, search, tags_named
from blog.selections.errors import SelectionError, explain
from blog.views.pages import page

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, RequestState, P], HttpResponseBase]

logger = logging.getLogger(__name__)

SHOWN = 100  # characters of the requested URL
OFFERED = 5  # tags of the name that a post's address may have meant
SLUG = re.compile(r"([\w-]{3,})(?:\.(?:html?|md))?").fullmatch
RETRY_AFTER = "5"  # seconds


def helpful(view: View[P]) -> View[P]:
    """Respond to invalid selections with 400 and to unknown tags with 404, each with an explanation."""

    @wraps(view)
    def respond(request: HttpRequest, state: RequestState, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, state, *args, **kwargs)
        except SelectionError as error:
            return page(state, "400.html", status=400, reason=explain(error))
        except UnknownTags as error:
            return unknown_tags(state, error)

    return respond


def unknown_tags(state: RequestState, error: UnknownTags) -> HttpResponse:
    """Return the 404 page that names the unknown tags, with similar names and the selection without them."""
    index, without = state.snapshot, without_unknown(error.selection, error.unknown)
    among = search(index, error.reading.q) if error.reading.q else None
    return page(
        state,
        "blog/unknown_tags.html",
        status=404,
        suggestions=[suggest(error, name, index, among) for name in error.unknown],
        without=address(without, error.reading) if without and index.select(without, among) else "",
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain("400.html", 400, reason=_("The address or what was sent with it cannot be read."))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the 404 page with the URL, and the reason if a view gave one."""
    reason = (
        str(exception.args[0])
        if isinstance(exception, Http404) and exception.args and isinstance(exception.args[0], str)
        else ""
    )
    return render(request, "404.html", {"reason": reason, "path": request.path[:SHOWN], **_similar(request)}, status=404)


def _similar(request: HttpRequest) -> dict[str, Any]:
    """Return what the last part of an address may have meant: posts, tags, and words to search for; of public posts alone."""
    slug = SLUG(request.path[: 2 * SHOWN].rstrip("/").rpartition("/")[2])
    state = public_state(request) if slug else None
    if slug is None or state is None:
        return {"near": [], "tags": [], "typed": ""}
    words = slug[1].replace("-", " ").replace("_", " ").strip()
    return {
        "near": [Title(title, post_path(near)) for near, title in near_notes(state.snapshot, slug[1].lower())],
        "tags": [Offer(tag.name, count, tag_path(tag.slug)) for tag, count in tags_named(state.snapshot, words)[:OFFERED]],
        "typed": words,
    }


def server_error(request: HttpRequest) -> HttpResponse:
    """Return the 500 page, or the 503 page where the database, the disk or the bucket cannot be used at present.

    It is made without database and request, which may have failed; as plain text if the template fails too.
    """
    error = sys.exc_info()[1]
    try:
        if error and availability.is_unavailable(error):
            availability.database.open(error)
            return unavailable(_("The site's database does not respond. Please try again in a few seconds."))
        if isinstance(error, StorageUnavailable):
            logger.error("The bucket cannot be used: %s", availability.summary(error))
            reason = _("The site's files cannot be reached at present. What you sent was not saved. Please try again later.")
            return unavailable(reason)
        if error and availability.cannot_write(error):
            logger.error("Nothing can be written: %s", availability.summary(error))
            return unavailable(_("The site can store nothing at present. What you sent was not saved. Please try again later."))
        return _plain("500.html", 500)
    except Exception:
        logger.exception("The page for failures failed itself.")
        text = "Something failed here. Please try again in a while.\n"
        return HttpResponse(text, status=500, content_type="text/plain; charset=utf-8")


def unavailable(reason: str) -> HttpResponse:
    """Return the 503 page, which asks to come again (RFC 9110, section 15.6.4)."""
    response = _plain("503.html", 503, reason=reason)
    response["Retry-After"], response["Cache-Control"] = RETRY_AFTER, "no-store"
    return response


def _plain(template: str, status: int, **context: Any) -> HttpResponse:
    return HttpResponse(render_to_string(template, context), status=status)
