"""Authenticates requests of programs: by a token in the header or form, within the rate limits, with a body of limited size."""

from contextlib import suppress
from datetime import datetime
from math import ceil
from typing import Final

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing import tokens
from publishing.refusals import INSUFFICIENT, INVALID, TOO_LARGE, TOO_MANY, UNAUTHORIZED, Refusal
from publishing.tokens import Program
from web import limits
from web.client import network_of
from web.rates import NETWORK, TOKEN

MAX_TEXT: Final = 1_000_000  # bytes of a body without files
MAX_BODY: Final = 25_000_000  # bytes of one with files
MULTIPART: Final = "multipart/form-data"
FORMS: Final = ("application/x-www-form-urlencoded", MULTIPART)


def admit(request: HttpRequest, *, in_form: bool = False) -> Program:
    """Return who sends a request, and set its user. Raise Refusal without a valid token, and beyond API_LIMITS."""
    now = timezone.now()
    check_size(request)
    text = _presented(request, in_form)
    program = tokens.find(text, now) if text else None
    count(request, now, program)
    if program is None:
        said = _("This token is not valid, or no longer.") if text else _("Send a token: Authorization: Bearer …")
        raise Refusal(UNAUTHORIZED, said)
    request.user = program.user
    return program


def require(program: Program, *scopes: str) -> None:
    """Raise Refusal unless the token has one of these scopes."""
    if not program.scopes.intersection(scopes):
        raise Refusal(INSUFFICIENT, _("This token does not allow that: it lacks “%s”.") % scopes[0], scope=scopes[0])


def check_size(request: HttpRequest) -> None:
    """Raise Refusal for a body that is too large, before any of it is read."""
    length = 0
    with suppress(ValueError):
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    most = MAX_BODY if request.content_type == MULTIPART else MAX_TEXT
    if length > most:
        raise Refusal(TOO_LARGE, _("The request has more than %d bytes.") % most)


def count(request: HttpRequest, now: datetime, program: Program | None = None) -> None:
    """Count a request by its network, and by its token if it has a valid one. Raise Refusal beyond API_LIMITS."""
    rules = [rule for rule in settings.API_LIMITS if program or rule.scope == NETWORK]
    values = {NETWORK: f"api {network_of(request)}", TOKEN: f"api {program.token.pk if program else ''}"}
    until = limits.reached_until(values, now, rules)
    if until is None:
        with transaction.atomic():
            allowed = limits.take(values, now, rules)
        if allowed:
            return
        until = limits.reached_until(values, now, rules) or now
    raise Refusal(TOO_MANY, _("Too many requests."), wait=max(1, ceil((until - now).total_seconds())))


def _presented(request: HttpRequest, in_form: bool) -> str:
    """Return the token of a request: of the header, or of the form where that may have one; not of both (RFC 6750)."""
    kind, _blank, header = request.headers.get("Authorization", "").partition(" ")
    header = header.strip() if kind.lower() == "bearer" else ""
    form = request.POST.get("access_token", "") if in_form else ""
    if header and form:
        raise Refusal(INVALID, _("Send the token in the header or in the form, not in both."))
    return header or form


def check_form(request: HttpRequest) -> None:
    """Have a form read; raise Refusal for one that cannot be."""
    try:
        _posted, _files = request.POST, request.FILES
    except (SuspiciousOperation, BadRequest, MultiPartParserError, ValueError):
        raise Refusal(INVALID, _("The form cannot be read.")) from None


def refused(refusal: Refusal) -> HttpResponse:
    """Return the response that OAuth 2.0 and Micropub (section 3.8) have for an error."""
    said = {"error": refusal.code, "error_description": refusal.sentence} | ({"scope": refusal.scope} if refusal.scope else {})
    return JsonResponse(said, status=refusal.status, headers=refusal.headers)
