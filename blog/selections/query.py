"""Query parameters of a listing's URL: order, view, search terms, cursors. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import quote, quote_plus

from blog.selections.cursor import Cursor
from blog.selections.errors import SelectionError, gettext_noop
from blog.selections.selection import READERS, Selection, quoted

NEWEST, OLDEST, RELEVANCE = "newest", "oldest", "relevance"
COMPACT, FULL = "compact", "full"
PARAMETERS = (
    "source",
    "year",
    "month",
    "q",
    "order",
    "view",
    "contents",
    "page",
    "before",
    "after",
)  # in the order of the query
MAX_QUERY = 200  # characters
MOST_DIGITS = 6  # of a page's number


@dataclass(frozen=True, slots=True)
class Reading:
    """The parsed parameters of a listing. Default values are omitted from URLs.

    Search results are ordered by relevance unless a date is asked for, and then have numbered pages in place of cursors.
    """

    order: str = NEWEST
    view: str = COMPACT
    contents: bool = False
    q: str = ""
    before: Cursor | None = None
    after: Cursor | None = None
    page: int = 1  # of an order by relevance
    default_order: str = NEWEST

    @classmethod
    def parse(cls, given: Mapping[str, str], default_order: str = NEWEST) -> Self:
        """Parse a query string's parameters; unknown ones are ignored. Raise SelectionError."""
        q = " ".join(given.get("q", "").replace("\0", " ").split())[:MAX_QUERY]
        view = _one_of(given, "view", (COMPACT, FULL), COMPACT)
        before, after = _cursor(given, "before"), _cursor(given, "after")
        by_date = default_order
        default_order = RELEVANCE if q and view == COMPACT else by_date
        order = _one_of(given, "order", (NEWEST, OLDEST, RELEVANCE), default_order)
        if order == RELEVANCE and (default_order != RELEVANCE or before or after):
            order = by_date
        return cls(
            order=order,
            view=view,
            contents=_one_of(given, "contents", ("0", "1"), "0") == "1",
            q=q,
            before=before,
            after=after,
            page=read_page(given) if order == RELEVANCE else 1,
            default_order=default_order,
        )

    @property
    def oldest_first(self) -> bool:
        return self.order == OLDEST

    @property
    def is_by_relevance(self) -> bool:
        return self.order == RELEVANCE

    @property
    def parameters(self) -> dict[str, str]:
        """Return the parameters for a URL's query string, in this order."""
        pairs = (
            ("q", self.q),
            ("order", self.order if self.order != self.default_order else ""),
            ("view", self.view if self.view != COMPACT else ""),
            ("contents", "1" if self.contents else ""),
            ("page", str(self.page) if self.page > 1 and self.is_by_relevance else ""),
            ("before", str(self.before or "")),
            ("after", str(self.after or "")),
        )
        return {name: value for name, value in pairs if value}

    @property
    def start(self) -> Self:
        """Return the parameters of the first page."""
        return replace(self, before=None, after=None, page=1) if self.before or self.after or self.page > 1 else self


def narrow(selection: Selection, given: Mapping[str, str]) -> Selection:
    """Return the selection with source, year and month of a query string. Raise SelectionError."""
    named = {name: value for name in READERS if (value := given.get(name)) and value != "all"}
    read: dict[str, Any] = {name: READERS[name](value) for name, value in named.items()}
    if not read:
        return selection
    narrowed = replace(selection, **read)
    narrowed.check(limit=len(narrowed))
    return narrowed


def query(*parts: Mapping[str, str]) -> str:
    """Return parameters as a query string with its `?`; empty without any."""
    pairs = {
        name: value if value.isalnum() and value.isascii() else quote_plus(value)
        for part in parts
        for name, value in part.items()
    }
    return "?" + "&".join([f"{name}={value}" for name, value in pairs.items()]) if pairs else ""


def selection_query(selection: Selection) -> str:
    """Return the query string of a post's URL with the selection of the listing: `?in=a+b+-c`."""
    return f"?in={quoted(str(selection))}" if selection else ""


def stream_query(slug: str) -> str:
    """Return the query string of a post's URL with the stream of the listing: `?stream=slug`."""
    return f"?stream={quote(slug)}"


def read_page(given: Mapping[str, str]) -> int:
    """Return the number of the page that `page=` asks for. Raise SelectionError."""
    value = given.get("page") or "1"
    if value.isascii() and value.isdigit() and len(value) <= MOST_DIGITS and int(value):
        return int(value)
    raise SelectionError(gettext_noop("page=%(value)a is no page: write a number from 1."), value=value[:20])


def _one_of(given: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = given.get(name) or default
    if value not in allowed:
        sentence = gettext_noop("%(name)s=%(value)a cannot be read: write %(one)s or %(other)s.")
        raise SelectionError(sentence, name=name, value=value[:20], one=allowed[0], other=allowed[1])
    return value


def _cursor(given: Mapping[str, str], name: str) -> Cursor | None:
    if not given.get(name):
        return None
    try:
        return Cursor.parse(given[name])
    except ValueError as error:
        sentence = gettext_noop("%(name)s=%(value)a is no place in a listing: leave it out to begin at the start.")
        raise SelectionError(sentence, name=name, value=given[name][:20]) from error
