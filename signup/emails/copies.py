"""Copies of digests on the web: the token in a copy's URL says which posts the email held, and nothing about its reader."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.core import signing
from django.core.signing import b64_decode, b64_encode
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Site

from signup.sites import base_url
from web.tokens import SEPARATOR, BadToken

SALT = "signup.copy"
LONGEST = 1000  # characters of a token


@dataclass(frozen=True, slots=True)
class Copy:
    """What an email held: posts of a site, in a language, and those of them whose whole texts it held."""

    site: int
    posts: tuple[int, ...]
    language: str = ""
    whole: frozenset[int] = frozenset()


def url_of(copy: Copy, site: Site) -> str:
    return base_url(site) + reverse("signup:copy", args=[make(copy)])


def make(copy: Copy) -> str:
    """Return a signed token for a copy."""
    whole = [place for place, post in enumerate(copy.posts) if post in copy.whole]
    packed = zlib.compress(json.dumps([copy.site, _steps(copy.posts), copy.language, whole]).encode(), 9)
    return signing.Signer(sep=SEPARATOR, salt=SALT).sign(b64_encode(packed).decode())


def read(token: str) -> Copy:
    """Return what a token says; raise BadToken when it was not signed here for this."""
    try:
        if len(token) > LONGEST:
            raise signing.BadSignature
        packed = signing.Signer(sep=SEPARATOR, salt=SALT).unsign(token)
        site, steps, language, whole = json.loads(zlib.decompress(b64_decode(packed.encode())))
    except signing.BadSignature as error:
        raise BadToken(_("This link is not complete, or was not made by this site.")) from error
    posts = _sums(steps)
    return Copy(site, posts, language, frozenset(posts[place] for place in whole or ()))


def _steps(numbers: Sequence[int]) -> list[int]:
    """Return the first number, and the steps to each of the others: small numbers for neighbouring posts."""
    return [number - before for before, number in zip((0, *numbers), numbers, strict=False)]


def _sums(steps: Sequence[int]) -> tuple[int, ...]:
    """Return the numbers of which these are the steps.

    >>> _sums(_steps((1007, 1003, 12)))
    (1007, 1003, 12)
    """
    numbers: list[int] = []
    for step in steps:
        numbers.append(step + (numbers[-1] if numbers else 0))
    return tuple(numbers)
