"""Ids within a text: each once, each with a prefix of ours, so that none is the page's own; fragments follow them. Pure."""

import html
from collections import Counter
from urllib.parse import unquote

from blog.markdown.tokens import Tag, Token
from blog.selections.slugs import is_slug_sign

LONGEST = 60  # characters
ANYWHERE = ("", "top")  # the browser's own fragments for the beginning of a page


def slug(text: str) -> str:
    """Return the id for a heading's text.

    >>> slug("Node.js & C++: a start")
    'node-js-c-a-start'
    """
    spelt = "".join(sign if is_slug_sign(sign) else "-" for sign in text.lower()[:LONGEST])
    return "-".join(part for part in spelt.split("-") if part) or "section"


class Names:
    """The ids of one text: by what the author called them, and as they are written."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.given: dict[str, str] = {}
        self.used: set[str] = set()
        self.numbers: Counter[str] = Counter()  # how often each was wanted

    def give(self, wanted: str) -> str:
        """Return a unique id: the requested one, or with the first free number appended."""
        base = f"{self.prefix}{_clean(wanted)}"
        name = base
        while name in self.used:
            self.numbers[base] += 1
            name = f"{base}-{self.numbers[base] + 1}"
        self.used.add(name)
        self.given.setdefault(wanted, name)
        return name

    def find(self, fragment: str) -> str | None:
        """Return the id for a link's fragment: verbatim, percent-decoded, or as a heading's text."""
        plain = html.unescape(unquote(fragment))
        return self.given.get(fragment) or self.given.get(plain) or self.given.get(slug(plain))


def rename(tokens: list[Token], names: Names) -> None:
    """Replace the ids set by authors and footnotes by unique, prefixed ones."""
    for token in tokens:
        if isinstance(token, Tag) and "id" in token.attributes:
            token.attributes["id"] = names.give(token.attributes["id"])


def follow(tokens: list[Token], names: Names) -> None:
    """Rewrite links within the text to the new ids; a link to a missing id becomes text."""
    for token in tokens:
        if isinstance(token, Tag) and token.attributes.get("href", "").startswith("#"):
            fragment = token.attributes["href"][1:]
            if name := names.find(fragment):
                token.attributes["href"] = f"#{name}"
            elif fragment not in ANYWHERE:
                del token.attributes["href"]


def _clean(name: str) -> str:
    return "".join(sign if is_slug_sign(sign) else "-" for sign in html.unescape(name)[:LONGEST]).strip("-") or "section"
