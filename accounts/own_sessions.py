"""The sessions of an account: which hold, and verbs to end them."""

import logging

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.models import User
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import Session

logger = logging.getLogger(__name__)


def sessions_of(user: User) -> list[Session]:
    """Return the sessions that hold, the last used first, after deleting those that a new password has ended."""
    sessions = list(Session.objects.filter(user=user).order_by("-last_seen_at"))
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    held = [session for session in sessions if _is_held(session, hashes)]
    Session.objects.filter(pk__in={session.pk for session in sessions} - {session.pk for session in held}).delete()
    return held


def name_of(session_key: str) -> str:
    """Return what names a session in a form: its key is a secret that no page shows."""
    return salted_hmac("accounts.own_sessions", session_key, algorithm="sha256").hexdigest()[:32]


def end(user: User, name: str) -> bool:
    """End the session of this name if it is the user's; return whether there was one."""
    keys = [session.pk for session in sessions_of(user) if constant_time_compare(name_of(session.pk), name)]
    logger.info("sessions of %r ended: %d.", user.get_username(), len(keys))
    return bool(Session.objects.filter(pk__in=keys).delete()[0])


def end_others(user: User, session_key: str | None) -> int:
    """End the user's sessions but this one (all of them for None); return their number."""
    ended: int = Session.objects.filter(user=user).exclude(pk=session_key or "").delete()[0]
    logger.info("sessions of %r ended: %d.", user.get_username(), ended)
    return ended


def _is_held(session: Session, hashes: list[str]) -> bool:
    found = session.get_decoded().get(HASH_SESSION_KEY, "")
    return any(constant_time_compare(found, expected) for expected in hashes)
