"""Signed tokens: each stands in a link for one purpose and one object, and nothing about it is stored."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from django.core import signing
from django.utils.translation import gettext as _

SEPARATOR = "."


@dataclass(frozen=True, slots=True)
class Purpose:
    """What links with a token do, in which app, and for how long they work (None: for good)."""

    name: str
    app: str
    lifetime: timedelta | None = None

    @property
    def signer(self) -> signing.Signer:
        kind = signing.Signer if self.lifetime is None else signing.TimestampSigner
        return kind(sep=SEPARATOR, salt=f"{self.app}.{self.name}")


class TokenError(ValueError):
    """A token that cannot be used; the message is a sentence for whoever followed the link."""


class BadToken(TokenError):
    """Not signed here, or for another purpose."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token says: an object's primary key, and its nonce, which changes when the object is erased."""

    bearer_id: int
    nonce: str


class ExpiredToken(TokenError):
    """Signed here for this purpose, but too long ago; `claim` is what it said."""

    def __init__(self, message: str, claim: Claim) -> None:
        super().__init__(message)
        self.claim = claim


class Bearer(Protocol):
    """The object that a token is made for."""

    @property
    def pk(self) -> int: ...

    @property
    def nonce(self) -> str: ...


def make(purpose: Purpose, bearer: Bearer) -> str:
    """Return a signed token: `12.nonce.signature`, or `12.nonce.time.signature` when its purpose expires."""
    return purpose.signer.sign(f"{bearer.pk}{SEPARATOR}{bearer.nonce}")


def read(purpose: Purpose, token: str) -> Claim:
    """Return what a token says.

    Raises BadToken when it was not signed for this purpose, ExpiredToken when that is too long ago.
    """
    signer = purpose.signer
    try:
        claim = _claim(signer.unsign(token))
        if isinstance(signer, signing.TimestampSigner):
            signer.unsign(token, max_age=purpose.lifetime)
    except signing.SignatureExpired as error:
        raise ExpiredToken(_("This link has expired."), claim) from error
    except (signing.BadSignature, ValueError) as error:
        raise BadToken(_("This link is not complete, or was not made by this site.")) from error
    return claim


def _claim(text: str) -> Claim:
    number, _separator, nonce = text.partition(SEPARATOR)
    return Claim(int(number), nonce)
