"""The ids of one text: unique, and prefixed so that none is an id of the page; links to fragments are rewritten. Pure."""

import html
from collections import Counter
from urllib.parse import unquote

from blog.markdown.tokens import Tag, Token
from blog.selections.slugs import is_slug_sign

MAX_LENGTH = 60  # characters
TOP_FRAGMENTS = ("", "top")  # what browsers take for the beginning of a page


def slug(text: str) -> str:
    """Return the id for a heading's text.

    >>> slug("Node.js & C++: a start")
    'node-js-c-a-start'
    """
    spelt = "".join(sign if is_slug_sign(sign) else "-" for sign in text.lower()[:MAX_LENGTH])
    return "-".join(part for part in spelt.split("-") if part) or "section"


class FragmentIds:
    """The ids of one text: by what the author called them, and as they are written."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.ids_by_name: dict[str, str] = {}
        self.used: set[str] = set()
        self.numbers: Counter[str] = Counter()  # how often each was requested

    def add(self, requested: str) -> str:
        """Return a unique id: the requested one, or with the first free number appended."""
        base = f"{self.prefix}{_clean(requested)}"
        name = base
        while name in self.used:
            self.numbers[base] += 1
            name = f"{base}-{self.numbers[base] + 1}"
        self.used.add(name)
        self.ids_by_name.setdefault(requested, name)
        return name

    def find(self, fragment: str) -> str | None:
        """Return the id for a link's fragment: verbatim, percent-decoded, or as a heading's text."""
        plain = html.unescape(unquote(fragment))
        return self.ids_by_name.get(fragment) or self.ids_by_name.get(plain) or self.ids_by_name.get(slug(plain))


def replace_ids(tokens: list[Token], fragment_ids: FragmentIds) -> None:
    """Replace the ids set by authors and footnotes by unique, prefixed ones."""
    for token in tokens:
        if isinstance(token, Tag) and "id" in token.attributes:
            token.attributes["id"] = fragment_ids.add(token.attributes["id"])


def rewrite_fragments(tokens: list[Token], fragment_ids: FragmentIds) -> None:
    """Rewrite links within the text to the new ids; a link to a missing id becomes text."""
    for token in tokens:
        if isinstance(token, Tag) and token.attributes.get("href", "").startswith("#"):
            fragment = token.attributes["href"][1:]
            if name := fragment_ids.find(fragment):
                token.attributes["href"] = f"#{name}"
            elif fragment not in TOP_FRAGMENTS:
                del token.attributes["href"]


def _clean(name: str) -> str:
    return "".join(sign if is_slug_sign(sign) else "-" for sign in html.unescape(name)[:MAX_LENGTH]).strip("-") or "section"
