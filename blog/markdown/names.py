"""Ids within a text: each once, each with a prefix of ours, so that none is the page's own; fragments follow them. Pure."""

import html
from collections import Counter
from urllib.parse import unquote

from blog.markdown.tokens import Tag, Token
from blog.selections.slugs import is_slug_sign

LONGEST = 60  # characters
ANYWHERE = ("", "top")  # the browser's own fragments for the beginning of a page


def slug(text: str) -> str:
    """Spell a heading for its id.

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
        """Give a new id: the one wanted, or with the first free number after it."""
        base = f"{self.prefix}{_clean(wanted)}"
        name = base
        while name in self.used:
            self.numbers[base] += 1
            name = f"{base}-{self.numbers[base] + 1}"
        self.used.add(name)
        self.given.setdefault(wanted, name)
        return name

    def find(self, fragment: str) -> str | None:
        """Find the id that a link's fragment means: as it stands, percent-encoded, or as a heading's words."""
        plain = html.unescape(unquote(fragment))
        return self.given.get(fragment) or self.given.get(plain) or self.given.get(slug(plain))


def rename(tokens: list[Token], names: Names) -> None:
    """Give every id that an author or a footnote has its place among the text's names."""
    for token in tokens:
        if isinstance(token, Tag) and "id" in token.attributes:
            token.attributes["id"] = names.give(token.attributes["id"])


def follow(tokens: list[Token], names: Names) -> None:
    """Point links within the text to the new ids; a link to nowhere becomes text."""
    for token in tokens:
        if isinstance(token, Tag) and token.attributes.get("href", "").startswith("#"):
            fragment = token.attributes["href"][1:]
            if name := names.find(fragment):
                token.attributes["href"] = f"#{name}"
            elif fragment not in ANYWHERE:
                del token.attributes["href"]


def _clean(name: str) -> str:
    return "".join(sign if is_slug_sign(sign) else "-" for sign in html.unescape(name)[:LONGEST]).strip("-") or "section"
