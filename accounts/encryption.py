"""Secrets of the second factor as they are stored, of no use without SECRET_KEY; former keys (SECRET_KEY_FALLBACKS) hold too.

A secret is encrypted by AES-SIV (RFC 5297), which needs no nonce and so fits the column of django-otp; the user's id is
authenticated with it, so that a row given to another user is of no use. A recovery code is stored as its HMAC.
"""

from base64 import b32encode
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.utils.crypto import salted_hmac

SALT: Final = "accounts.encryption"
DIGEST_LENGTH: Final = 16  # characters of 32: 80 bits, what django-otp's column holds


def encrypt(secret: bytes, user_id: int) -> str:
    """Return a secret of a user encrypted by SECRET_KEY, in hexadecimal digits."""
    return _cipher(settings.SECRET_KEY).encrypt(secret, [_bound_to(user_id)]).hex()


def decrypt(encrypted: str, user_id: int) -> bytes:
    """Return a user's secret; raise ValueError where none of the site's keys has encrypted it, for this user."""
    for key in _keys():
        try:
            return _cipher(key).decrypt(bytes.fromhex(encrypted), [_bound_to(user_id)])
        except InvalidTag:
            continue
    raise ValueError(f"The second factor of the user {user_id} was encrypted with another SECRET_KEY than the site's now.")


def digests(code: str, user_id: int) -> list[str]:
    """Return what stands for a user's recovery code in the database: by SECRET_KEY, then by each former key."""
    made = (salted_hmac(f"{SALT}.{user_id}", code, secret=key, algorithm="sha256").digest() for key in _keys())
    return [b32encode(digest).decode().lower()[:DIGEST_LENGTH] for digest in made]


def _keys() -> list[str]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _cipher(key: str) -> AESSIV:
    return AESSIV(salted_hmac(SALT, "key", secret=key, algorithm="sha512").digest())


def _bound_to(user_id: int) -> bytes:
    return str(user_id).encode()
