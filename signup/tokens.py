"""The links in letters: each signed, for one purpose and one subscriber or comment; only links that confirm ever expire."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from django.core import signing
from django.utils.translation import gettext as _

CONFIRM, MANAGE, LEAVE, REFUSE = "confirm", "manage", "leave", "refuse"
PURPOSES = (CONFIRM, MANAGE, LEAVE, REFUSE)
PUBLISH, WITHDRAW = "publish", "withdraw"  # a comment
WEEK = timedelta(days=7)
LIFETIMES: dict[str, timedelta | None] = {CONFIRM: WEEK, MANAGE: None, LEAVE: None, REFUSE: None, PUBLISH: WEEK, WITHDRAW: None}
SEPARATOR = "."


class TokenError(ValueError):
    """A token that opens nothing; the message is a sentence for whoever followed the link."""


class BadToken(TokenError):
    """Not signed here, or for another purpose."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token speaks of: a subscriber's (or comment's) id, and the nonce that ends with an erasure."""

    bearer_id: int
    nonce: str


class ExpiredToken(TokenError):
    """Signed here for this purpose, but too long ago; `claim` is what it said."""

    def __init__(self, message: str, claim: Claim) -> None:
        super().__init__(message)
        self.claim = claim


class Bearer(Protocol):
    """What a token is made for."""

    @property
    def pk(self) -> int: ...

    @property
    def nonce(self) -> str: ...


def make(purpose: str, subscriber: Bearer) -> str:
    """Sign a token: `12.nonce.signature`, or `12.nonce.time.signature` when its purpose expires. No state is kept."""
    return _signer(purpose).sign(f"{subscriber.pk}{SEPARATOR}{subscriber.nonce}")


def read(purpose: str, token: str, max_age: timedelta | None = None) -> Claim:
    """Say whom a token speaks of; `max_age` replaces its purpose's own lifetime.

    Raises BadToken when it was not signed for this purpose, ExpiredToken when that is too long ago.
    """
    signer, age = _signer(purpose), max_age or LIFETIMES[purpose]
    try:
        if not isinstance(signer, signing.TimestampSigner):
            return _claim(signer.unsign(token))
        claim = _claim(signer.unsign(token))
        signer.unsign(token, max_age=age)
    except signing.SignatureExpired as error:
        raise ExpiredToken(_("This link has expired."), claim) from error
    except (signing.BadSignature, ValueError) as error:
        raise BadToken(_("This link is not complete, or was not made by this site.")) from error
    return claim


def _signer(purpose: str) -> signing.Signer:
    kind = signing.Signer if LIFETIMES[purpose] is None else signing.TimestampSigner
    return kind(sep=SEPARATOR, salt=f"signup.{purpose}")


def _claim(text: str) -> Claim:
    number, _separator, nonce = text.partition(SEPARATOR)
    return Claim(int(number), nonce)
