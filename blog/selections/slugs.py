"""Slugs of tags for URLs. Pure; letters of every script are preserved."""

import re
import unicodedata
from functools import lru_cache

MAX_SLUG = 100  # characters
PRESENTATION = "\ufe0e\ufe0f"  # selectors of a sign's look, as text or as a picture
NAMES = 10_000  # names whose slugs and sort keys are cached

# Symbols that tell tags apart ("C", "C++", "C#") are spelt out; every other symbol separates words.
SPELT = {"+": "plus", "#": "sharp", "&": "and", "@": "at", "%": "percent", "*": "star"}


def fold(text: str) -> str:
    """Return a slug normalised for comparison: NFC, lower case, without invisible format characters and U+FE0F.

    >>> fold("Naïve") == fold("Nai\\u0308ve")
    True
    >>> fold("\\u2764\\ufe0f") == fold("\\u2764")
    True
    """
    if text.isascii():
        return text.lower()
    lowered = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
    return "".join(sign for sign in lowered if unicodedata.category(sign) != "Cf" and sign not in PRESENTATION)


def fold_name(name: str) -> str:
    """Return a tag's name normalised for comparison: folded, with single spaces.

    >>> fold_name("  Open   SOURCE ")
    'open source'
    """
    return fold(" ".join(name.split()))


@lru_cache(NAMES)
def in_order(name: str) -> tuple[str, str]:
    """Return the sort key of a name, as in a dictionary: “Ärger” beside “Arger”, not behind “Zoo”.

    >>> sorted(["Zoo", "ärger", "Strasse", "Arm", "Straße"], key=in_order)
    ['ärger', 'Arm', 'Strasse', 'Straße', 'Zoo']
    """
    if name.isascii():
        return name.lower(), ""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign)), name


@lru_cache(NAMES)
def slug(name: str) -> str:
    """Return the slug of a tag's name: letters, digits, marks, `_` and `-`, never beginning or ending with `-`.

    >>> [slug(name) for name in ("C++", "C#", ".NET", "naïve", "日本", "Node.js", "★", "€", "$")]
    ['c-plus-plus', 'c-sharp', 'dot-net', 'naïve', '日本', 'node-js', 'black-star', 'euro-sign', 'dollar-sign']
    """
    name = fold(name.strip())
    if name.startswith("."):
        name = f"dot {name[1:]}"
    spelt = "".join(_spell(sign) for sign in name)
    return _joined(spelt) or _joined("-".join(_sign_name(sign) for sign in name)) or "tag"


def _joined(spelt: str) -> str:
    return "-".join(part for part in spelt.split("-") if part)[:MAX_SLUG].strip("-")


def _sign_name(sign: str) -> str:
    """Return the name of a character, for a tag that consists of signs alone; "" for a space."""
    return "" if sign.isspace() else re.sub(r"[\W_]+", "-", unicodedata.name(sign, "").lower())


def is_slug_sign(sign: str) -> bool:
    """Return whether a character is allowed in a slug."""
    return sign in "-_" or unicodedata.category(sign)[0] in "LMN"


def _spell(sign: str) -> str:
    if is_slug_sign(sign):
        return sign
    if sign in SPELT:
        return f"-{SPELT[sign]}-"
    if unicodedata.category(sign) == "So":
        return f"-{unicodedata.name(sign, 'sign').lower().replace(' ', '-')}-"
    return "-"
