"""Django's sessions in the database, with columns for what their owner is shown (settings.SESSION_ENGINE)."""

from datetime import UTC, datetime
from typing import Any, Final, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.http import HttpRequest
from django.utils import timezone

from accounts.browsers import describe
from accounts.models import Session
from web.client import network_of

STARTED, NETWORK, BROWSER = "started_at", "network", "browser"  # keys
EPOCH: Final = datetime.fromtimestamp(0, UTC)


class SessionStore(DatabaseSessionStore):
    """Writes the columns from the session's data."""

    last_seen_at = EPOCH

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(None if "\0" in (session_key or "") else session_key)  # a cookie may hold it; PostgreSQL refuses it

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = cast(Session, super().create_model_instance(data))
        session.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        session.network, session.browser = data.get(NETWORK, ""), data.get(BROWSER, "")
        session.started_at = started_at(data) or timezone.now()
        return session

    def _get_session_from_db(self) -> Session | None:
        session: Session | None = super()._get_session_from_db()  # type: ignore[misc]  # the stubs lack it
        if session:
            self.last_seen_at = session.last_seen_at
        return session

    def see(self, now: datetime) -> None:
        """Remember when the session was last used."""
        Session.objects.filter(pk=self.session_key).update(last_seen_at=now)
        self.last_seen_at = now


def started_at(data: Any) -> datetime | None:
    """Return when a session's owner signed in; None where nobody did."""
    return datetime.fromtimestamp(data[STARTED], UTC) if STARTED in data else None


def describe_session(sender: object, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    """Write into a session when, from where and by which browser it was begun: a receiver of `user_logged_in`.

    Where its owner has signed in once more, it gets another key: Django keeps it (ASVS 7.2.4).
    """
    if request is None:
        return
    if request.session.session_key == request.COOKIES.get(settings.SESSION_COOKIE_NAME):
        request.session.cycle_key()
    request.session[STARTED] = timezone.now().timestamp()
    request.session[NETWORK] = network_of(request)
    request.session[BROWSER] = describe(request.META.get("HTTP_USER_AGENT", ""))
