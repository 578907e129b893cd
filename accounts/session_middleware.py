"""Ends sessions after settings.SESSION_MAX_AGE and settings.SESSION_IDLE."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts.sessions import SessionStore, started_at

NOTED_EVERY: Final = timedelta(minutes=1)  # so often is it written that a session is in use
ENTER_ADMIN: Final = "wagtailadmin.access_admin"


class SessionLifetime:
    """End a session that is too old, or of whoever may enter the admin and has been idle for too long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        session = request.session
        if session.session_key and isinstance(session, SessionStore) and request.user.is_authenticated:
            now = timezone.now()
            if _is_over(request, session, now):
                logout(request)
            elif now - session.last_seen_at > NOTED_EVERY:
                session.see(now)
        return self.get_response(request)


def _is_over(request: HttpRequest, session: SessionStore, now: datetime) -> bool:
    started = started_at(session)
    if started is None or now - started > timedelta(days=settings.SESSION_MAX_AGE):
        return True
    return now - session.last_seen_at > timedelta(hours=settings.SESSION_IDLE) and request.user.has_perm(ENTER_ADMIN)
