"""Tokens: made, found by what a request presents, ended. They are Wagtail's own, stored as HMACs, with scopes beside."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import APIToken

from blog.request import ADMIN_ACCESS
from publishing.models import Access
from publishing.scopes import LABELS

MOST_TOKENS: Final = 50  # of one user that are valid
USE_NOTED: Final = timedelta(minutes=1)  # how exact the time of the last use is


@dataclass(frozen=True, slots=True)
class Program:
    """Who asks: a token, whose it is, and what it allows."""

    token: APIToken
    user: User
    scopes: frozenset[str]
    me: str = ""
    client: str = ""


@transaction.atomic
def make(
    user: User, name: str, scopes: tuple[str, ...], *, expires_at: datetime | None = None, client: str = "", me: str = ""
) -> tuple[APIToken, str]:
    """Return a new token and its text, which is stored nowhere. Beyond MOST_TOKENS the one unused for longest ends."""
    token, text = APIToken.create_token(user=user, name=name[:255])
    Access.objects.create(token=token, scopes=" ".join(scopes), client=client, me=me, expires_at=expires_at)
    log(token, "wagtail.apitoken.create", user=user)
    for surplus in sorted(Access.objects.of(user).valid(timezone.now()), key=_last_use, reverse=True)[MOST_TOKENS:]:
        surplus.token.revoke()
    return token, text


def _last_use(access: Access) -> datetime:
    used: datetime = access.token.last_used_at or access.token.created
    return used


def find(text: str, now: datetime) -> Program | None:
    """Return whose token this is, and note its use; None for one that is unknown, ended, expired, or of no editor."""
    if not APIToken.validate_token_format(text):
        return None
    hashes = APIToken.candidate_key_hashes(text)
    token = APIToken.objects.select_related("user").filter(key_hash__in=hashes, revoked_at=None).first()
    if token is None or not token.user.has_perm(ADMIN_ACCESS):  # nobody inactive has any permission
        return None
    access = Access.objects.filter(token=token).first()
    if access and access.is_expired:
        return None
    if token.last_used_at is None or now - token.last_used_at >= USE_NOTED:
        APIToken.objects.filter(pk=token.pk).update(last_used_at=now)
    if access is None:
        return Program(token, token.user, frozenset(LABELS))
    return Program(token, token.user, access.scope_set, access.me, access.client)


@transaction.atomic
def end(user: User, pk: str) -> bool:
    """End a token of this user's; return whether there was one."""
    token = APIToken.objects.filter(user=user, pk=pk, revoked_at=None).first() if pk.isdecimal() and len(pk) < 10 else None
    if token is None:
        return False
    token.revoke()
    log(token, "wagtail.apitoken.revoke", user=user)
    return True
