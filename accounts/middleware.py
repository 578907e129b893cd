"""Applies the limits to each view that takes a password, or sends a link to reset one, before it computes anything."""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from accounts import attempts, hashing, limits, present_password
from accounts.emails import accounts_of
from accounts.limits import Attempt
from accounts.models import AttemptKind
from web.client import network_of

View = Callable[..., HttpResponseBase]
Reader = Callable[[HttpRequest, dict[str, Any]], Attempt]
BUSY_RETRY: Final = 2  # seconds
TOO_MANY_REQUESTS: Final = 429  # HTTP
REDIRECTS = (301, 302, 303)


def sign_in(request: HttpRequest, kwargs: dict[str, Any]) -> Attempt:
    name, network = request.POST.get("username", ""), network_of(request)
    known = attempts.is_known(network, **{get_user_model().USERNAME_FIELD: name})
    return Attempt(AttemptKind.SIGN_IN, name, network, known)


def open_page(request: HttpRequest, kwargs: dict[str, Any]) -> Attempt:
    return Attempt(AttemptKind.PAGE, str(kwargs["page_view_restriction_id"]), network_of(request))


def open_documents(request: HttpRequest, kwargs: dict[str, Any]) -> Attempt:
    return Attempt(AttemptKind.DOCUMENTS, str(kwargs["restriction_id"]), network_of(request))


def reset(request: HttpRequest, kwargs: dict[str, Any]) -> Attempt:
    address, network = request.POST.get("email", ""), network_of(request)
    known = attempts.is_known(network, **{f"{get_user_model().get_email_field_name()}__iexact": address})
    return Attempt(AttemptKind.RESET, address, network, known)


LIMITED_VIEWS: dict[str, Reader] = {  # by the name of the view
    "wagtailadmin_login": sign_in,
    "wagtailcore_login": sign_in,
    "wagtailcore_authenticate_with_password": open_page,
    "wagtaildocs_authenticate_with_password": open_documents,
    "wagtailadmin_password_reset": reset,
}
HASHING = frozenset(("wagtailadmin_login", "wagtailcore_login", "wagtailadmin_password_reset_confirm"))


class SignInLimits(MiddlewareMixin):
    """Count each attempt and refuse those beyond LOGIN_LIMITS; let one view at a time compute hashes.

    It comes before AtomicAdmin: what is counted stays so, and no transaction is open while a hash is computed.
    """

    def process_view(
        self, request: HttpRequest, view: View, args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if request.method != "POST":
            return None
        if name in present_password.FIELDS and isinstance(request.user, User):
            return _check_present_password(request, request.user, present_password.FIELDS[name])
        if name in LIMITED_VIEWS:
            return _limited(LIMITED_VIEWS[name](request, kwargs), lambda: _with_slot(name, request, view, args, kwargs))
        return _with_slot(name, request, view, args, kwargs) if name in HASHING else None


def _limited(attempt: Attempt, respond: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Respond within the limits. What succeeds is not counted, but for links to reset a password, which all are sent."""
    now = timezone.now()
    taken = limits.take(attempt, now)
    if not taken.allowed:
        _count_refused(attempt)
        return too_many(now, taken.until or now)
    response = respond()
    succeeded = response.status_code in REDIRECTS
    if attempt.kind in (AttemptKind.PAGE, AttemptKind.DOCUMENTS):
        attempts.record(attempt.kind, attempt.name, attempt.network, success=succeeded)
    if response.status_code == TOO_MANY_REQUESTS or (succeeded and attempt.kind != AttemptKind.RESET):
        limits.give_back(attempt, now)
    elif taken.until:
        limits.report(attempt, taken.until)
    return response


def _check_present_password(request: HttpRequest, user: User, fields: tuple[str, ...]) -> HttpResponse | None:
    """Check the present password in each field where it was typed, within the limits; return a refusal, or None to go on."""
    name, network = user.get_username(), network_of(request)
    attempt = Attempt(AttemptKind.SIGN_IN, name, network, attempts.is_known(network, pk=str(user.pk)))
    for field in filter(request.POST.get, fields):
        now = timezone.now()
        taken = limits.take(attempt, now)
        if not taken.allowed:
            _count_refused(attempt)
            return too_many(now, taken.until or now)
        with hashing.slot() as is_free:
            is_right = is_free and present_password.check(request, user, field)
        if is_right or not is_free:
            limits.give_back(attempt, now)
        else:
            attempts.record(attempt.kind, name, network, success=False, user=user)
            if taken.until:
                limits.report(attempt, taken.until)
        if not is_free:
            return busy()
    return None


def _count_refused(attempt: Attempt) -> None:
    """Count a refused attempt for the account's owner, if there is one; else without a name, which may be a password."""
    user = None
    if attempt.kind == AttemptKind.SIGN_IN:
        user = attempts.account_called(attempt.name)
    elif attempt.kind == AttemptKind.RESET:
        user = next(iter(accounts_of(attempt.name)), None)
    is_typed = attempt.kind in (AttemptKind.SIGN_IN, AttemptKind.RESET)
    name = user.get_username() if user else "" if is_typed else attempt.name
    attempts.count_refused(attempt.kind, name, attempt.network, user)


def _with_slot(name: str, request: HttpRequest, view: View, args: list[Any], kwargs: dict[str, Any]) -> HttpResponseBase:
    """Call the view, where it computes hashes in the slot for hashes."""
    if name not in HASHING:
        return view(request, *args, **kwargs)
    with hashing.slot() as taken:
        return view(request, *args, **kwargs) if taken else busy()


def too_many(now: datetime, until: datetime) -> HttpResponse:
    """Return the page that says when to try again (RFC 6585, section 4)."""
    shown = until + timedelta(minutes=1)  # its seconds are not
    return _refusal(_("Too many attempts"), ceil((until - now).total_seconds()), until=shown)


def busy() -> HttpResponse:
    """Return the page for whoever comes while others' passwords are checked."""
    return _refusal(_("Many are signing in at this moment"), BUSY_RETRY)


def _refusal(heading: str, retry_after: int, until: datetime | None = None) -> HttpResponse:
    page = render_to_string("accounts/refused.html", {"heading": heading, "until": until})
    headers = {"Retry-After": str(retry_after), "Cache-Control": "no-store"}
    return HttpResponse(page, status=TOO_MANY_REQUESTS, headers=headers)
