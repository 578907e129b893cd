"""A sign-in by password that waits for a code: until then its session belongs to nobody, at whichever address it began."""

from typing import Any, Final

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model, login
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import Authenticator

PENDING, PASSED = "second_factor_pending", "second_factor_passed"  # keys in a session
VALID: Final = 600  # seconds


def ask(sender: object, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    """Undo the sign-in of a user who has a second factor, until a code is given: a receiver of `user_logged_in`."""
    if request is None or request.session.pop(PASSED, None) == user.pk or not has_second_factor(user):
        return
    keys = (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY)
    request.session[PENDING] = [*(request.session.pop(key) for key in keys), timezone.now().timestamp()]
    request.user = AnonymousUser()


def is_pending(request: HttpRequest) -> bool:
    return PENDING in request.session


def pending_user(request: HttpRequest) -> User | None:
    """Return who has given the right password within the last ten minutes, and must give a code."""
    key, _backend, expected, at = request.session.get(PENDING, (None, "", "", 0.0))
    if key is None or timezone.now().timestamp() - at > VALID:
        return None
    user = get_user_model().objects.filter(pk=key, is_active=True).first()
    return user if user and constant_time_compare(user.get_session_auth_hash(), expected) else None


def finish(request: HttpRequest, user: User) -> None:
    """Sign in whoever has given the code."""
    _key, backend, _hash, _at = request.session.pop(PENDING)
    request.session[PASSED] = user.pk
    login(request, user, backend)


def has_second_factor(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, confirmed=True).exists())
