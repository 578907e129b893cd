"""Ends sessions after settings.SESSION_MAX_AGE and settings.SESSION_IDLE; redirects to the second factor."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from accounts import second_factor, second_factor_sign_in
from accounts.sessions import SessionStore, started_at

NOTED_EVERY: Final = timedelta(minutes=1)  # so often is it written that a session is in use
ENTER_ADMIN: Final = "wagtailadmin.access_admin"
SIGNED_OUT: Final = "accounts.signed_out"  # key in a request's META
SIGN_IN: Final = ("wagtailadmin_login", "wagtailcore_login")  # names of views
WITHOUT_SECOND_FACTOR: Final = (
    *SIGN_IN,
    "accounts_second_factor",
    "accounts_enrol",
    "wagtailadmin_logout",
    "wagtailadmin_javascript_catalog",
    "wagtailadmin_sprite",
)


class SessionLifetime(MiddlewareMixin):
    """End a session that is too old, or of whoever may enter the admin and has been idle for too long.

    The browser of whoever signs out, or is signed out here, is asked to forget what it kept, but for cookies: those of other
    hosts of the domain would go with them.
    """

    def process_request(self, request: HttpRequest) -> None:
        session = request.session
        if session.session_key and isinstance(session, SessionStore) and request.user.is_authenticated:
            now = timezone.now()
            if _is_over(request, session, now):
                logout(request)
            elif now - session.last_seen_at > NOTED_EVERY:
                session.see(now)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if SIGNED_OUT in request.META:
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response


def note_end(sender: object, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """Note that this request has signed out: a receiver of `user_logged_out`."""
    if user:
        request.META[SIGNED_OUT] = True


def _is_over(request: HttpRequest, session: SessionStore, now: datetime) -> bool:
    started = started_at(session)
    if started is None or now - started > timedelta(days=settings.SESSION_MAX_AGE):
        return True
    return now - session.last_seen_at > timedelta(hours=settings.SESSION_IDLE) and request.user.has_perm(ENTER_ADMIN)


class SecondFactor(MiddlewareMixin):
    """Ask for a code after the password; let nobody into the admin who must set up a second factor and has not."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_sign_in = request.resolver_match is not None and request.resolver_match.view_name in SIGN_IN
        if is_sign_in and isinstance(response, HttpResponseRedirect) and second_factor_sign_in.is_pending(request):
            return HttpResponseRedirect(f"{reverse('accounts_second_factor')}?{urlencode({'next': response.url})}")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        if not request.path_info.startswith(reverse("wagtailadmin_home")) or not isinstance(request.user, User):
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        return (
            redirect("accounts_enrol") if name not in WITHOUT_SECOND_FACTOR and second_factor.must_enrol(request.user) else None
        )
