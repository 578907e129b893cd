"""Codes: each is exchanged for a token once, within minutes, by the program that proves to be the one that asked."""

import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import APIToken

from publishing import tokens
from publishing.indieauth.requests import Authorization
from publishing.models import AuthorizationCode
from publishing.refusals import INVALID_GRANT, Refusal

LIFETIME: Final = timedelta(minutes=5)
KEPT: Final = timedelta(days=1)  # after which a code that comes again ends no token


def give(user: User, asked: Authorization, scopes: tuple[str, ...], me: str, token_expires_at: datetime | None) -> str:
    """Return a new code; only its hash is stored."""
    now = timezone.now()
    AuthorizationCode.objects.filter(expires_at__lt=now - KEPT).delete()
    code = secrets.token_urlsafe(32)
    AuthorizationCode.objects.create(
        code_hash=_hash(code),
        user=user,
        client=asked.client,
        redirect_uri=asked.redirect_uri,
        challenge=asked.challenge,
        scopes=" ".join(scopes),
        me=me,
        expires_at=now + LIFETIME,
        token_expires_at=token_expires_at,
    )
    return code


def exchange(code: str, client: str, redirect_uri: str, verifier: str) -> tuple[AuthorizationCode, str]:
    """Return a code's row and the text of the token that it is exchanged for. Raise Refusal for one that is not valid.

    A code counts as used whatever is wrong with the rest. One that comes again ends the token that it gave (RFC 6749, 4.1.2).
    """
    with transaction.atomic():
        found = _use_up(code, client, redirect_uri, verifier)
    if found is None:
        raise Refusal(INVALID_GRANT, _("This code is not valid, or no longer."))
    return found


def _use_up(code: str, client: str, redirect_uri: str, verifier: str) -> tuple[AuthorizationCode, str] | None:
    """Note that a code was used: one that comes at the same moment waits for that. Return None for one that is not valid."""
    row, now = AuthorizationCode.objects.select_related("user").filter(code_hash=_hash(code)).first(), timezone.now()
    if row is None:
        return None
    this = AuthorizationCode.objects.filter(pk=row.pk)
    if not this.filter(used_at=None).update(used_at=now):
        APIToken.objects.filter(pk__in=this.values("token"), revoked_at=None).update(revoked_at=now)
        return None
    is_same = (row.client, row.redirect_uri) == (client, redirect_uri)
    if row.expires_at <= now or not is_same or not secrets.compare_digest(row.challenge, challenge_of(verifier)):
        return None
    name, scopes = row.client.split("/")[2], tuple(row.scopes.split())
    token, text = tokens.make(row.user, name, scopes, expires_at=row.token_expires_at, client=row.client, me=row.me)
    this.update(token=token)
    return row, text


def challenge_of(verifier: str) -> str:
    """Return the challenge that a verifier solves (RFC 7636, section 4.6)."""
    return urlsafe_b64encode(sha256(verifier.encode(errors="replace")).digest()).decode().rstrip("=")


def _hash(code: str) -> str:
    return sha256(code.encode(errors="replace")).hexdigest()
