"""Sessions of which Django's cache holds copies (SESSIONS=cache): a request of whoever is signed in reads no row for it.

The rows are what counts: their owner sees them and ends them. Whatever deletes a row notes in the cache, under a key of its
own, that the session has ended, before the deletion is committed: so a copy that another process writes at that moment is
never used. Where the cache cannot be read, the row is; where it cannot be written, no session ends, and an error is raised.
"""

import logging
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.core.cache import caches
from django.db import transaction
from django.utils import timezone

from accounts import sessions
from accounts.models import Session

ENGINE: Final = "accounts.cached_sessions"  # settings.SESSION_ENGINE
KEPT_FOR: Final = 3600  # seconds, after which the row is read again
COPY, ENDED = "session.copy:", "session.ended:"  # before the session's key

logger = logging.getLogger(__name__)


class Copy(NamedTuple):
    """A session as its row has it; the data are signed."""

    data: str
    last_seen_at: datetime
    expires: datetime


class SessionStore(sessions.SessionStore):
    """Reads copies, and writes rows and copies."""

    def load(self) -> dict[str, Any]:
        found, has_ended = self._find()
        if has_ended:
            self._session_key = None
            return {}
        if found is None or found.expires <= timezone.now():
            return super().load()
        self.last_seen_at = found.last_seen_at
        data: dict[str, Any] = self.decode(found.data)
        return data

    def _get_session_from_db(self) -> Session | None:
        session = super()._get_session_from_db()
        if session:
            self._keep(session)
        return session

    def save(self, must_create: bool = False) -> None:
        super().save(must_create)
        if not must_create:  # Django saves what it creates once more
            self._forget()
            transaction.on_commit(self._keep_saved)

    def see(self, now: datetime) -> None:
        super().see(now)
        self._keep_saved()

    def _find(self) -> tuple[Copy | None, bool]:
        """Return the copy, if there is one, and whether the session has ended."""
        if self.session_key is None:
            return None, False
        try:
            found = _cache().get_many([COPY + self.session_key, ENDED + self.session_key])
        except Exception as error:  # each backend raises its own
            logger.warning("Sessions are read from the database: the cache does not respond (%s).", error)
            return None, False
        return found.get(COPY + self.session_key), ENDED + self.session_key in found

    def _forget(self) -> None:
        try:
            _cache().delete(COPY + str(self.session_key))
        except Exception as error:
            logger.warning("A session is not removed from the cache, which does not respond (%s).", error)

    def _keep_saved(self) -> None:
        session = Session.objects.filter(pk=self.session_key).first()
        if session:
            self._keep(session)

    def _keep(self, session: Session) -> None:
        copy = Copy(session.session_data, session.last_seen_at, session.expire_date)
        try:
            _cache().set(COPY + session.session_key, copy, KEPT_FOR)
        except Exception as error:
            logger.warning("A session is not kept in the cache, which does not respond (%s).", error)


def note_end(sender: type[Session], instance: Session, **kwargs: Any) -> None:
    """Note that a session has ended, whoever deletes its row: a receiver of `post_delete`. Raise what the cache raises."""
    if settings.SESSION_ENGINE == ENGINE and instance.expire_date > timezone.now():
        _cache().set(ENDED + instance.pk, True, 2 * KEPT_FOR)  # longer than any copy that is being written now
        _cache().delete(COPY + instance.pk)


def _cache() -> Any:
    return caches[settings.SESSION_CACHE_ALIAS]
