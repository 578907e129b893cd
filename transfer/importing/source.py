"""What every importer makes of a post: plain values, without a database."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from transfer.importing.words import _

IMAGE_TYPES = frozenset(("gif", "jpg", "jpeg", "png", "svg", "webp", "avif"))  # those that the site takes


class Refusal(ValueError):
    """Raised where a file cannot be imported: the reason, as a sentence, and its line in the file (from 1)."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(reason)
        self.reason, self.line = reason, line

    def __reduce__(self) -> tuple[type["Refusal"], tuple[str, int]]:
        return Refusal, (self.reason, self.line)

    @classmethod
    def of(cls, error: Exception) -> "Refusal":
        """Return a refusal for whatever reading a file has raised: one bad file never stops the rest."""
        if isinstance(error, Refusal):
            return error
        if isinstance(error, OSError):
            return cls(_("The file cannot be read: %(strerror)s.") % {"strerror": error.strerror})
        words = _("The file cannot be understood: %(kind)s: %(error)s.")
        return cls(words % {"kind": type(error).__name__, "error": error})


def is_text(text: str) -> bool:
    """Say whether a text is of characters alone: no NUL, which PostgreSQL refuses, and no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def split_address(address: str) -> SplitResult:
    """Return the parts of an address; empty ones where it is none, such as `http://[`."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence in the report about a file that was imported, with a line of that file."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class SourceComment:
    """An approved comment on a post of the old site, without its writer's address."""

    identity: str  # unique in its site, and the same in a later export
    name: str
    text: str  # Markdown; of a comment that was not read yet, HTML
    sent: datetime
    reply_to: str = ""  # the identity of another comment on the post


@dataclass(frozen=True, slots=True)
class OwnComment(SourceComment):
    """A comment of an export of Kimonote; its id and key it gets again where they are free."""

    author: str = ""  # the handle of the author of the blog who wrote it
    number: int = 0
    key: UUID | None = None
    decided: datetime | None = None


@dataclass(frozen=True, slots=True)
class OwnFields:
    """What an export of Kimonote says of a page, and no other generator."""

    number: int  # the page's id, which it gets again in an empty blog
    key: UUID | None  # its identity in feeds, likewise
    state: str  # live, scheduled, draft or expired
    values: dict[str, Any]  # by the names of the page's fields
    privacy: str = ""  # who may open it: "" for everybody, else a type of Wagtail's view restrictions
    password: str = ""
    groups: tuple[str, ...] = ()
    references: dict[str, str] = field(default_factory=dict)  # such as image:7, by the paths that stand for them in the text
    added: dict[str, Any] = field(default_factory=dict)  # by the names of fields that a site has added


@dataclass(frozen=True, slots=True)
class SourcePost:
    """A post as its file has it, its template tags converted into Markdown where that is possible."""

    title: str
    slug: str
    body: str
    published: datetime | None = None
    modified: datetime | None = None
    expires: datetime | None = None
    draft: bool = False
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    subtitle: str = ""
    summary: str = ""
    link: str = ""
    cover: str = ""
    addresses: tuple[str, ...] = ()  # paths on the old site, such as /2014/03/12/coming-soon/
    lines: dict[str, int] = field(default_factory=dict)  # of the front matter's keys, for refusals and notices
    notices: tuple[Notice, ...] = ()
    converted: dict[str, int] = field(default_factory=dict)  # template tags, by name: count
    hidden: dict[str, int] = field(default_factory=dict)  # template tags in comments, by name: count
    unconverted: dict[str, int] = field(default_factory=dict)  # template tags kept as they are, by name: count
    dropped: dict[str, int] = field(default_factory=dict)  # scripts, styles, comments …, by kind: count
    comments: tuple[SourceComment, ...] = ()
    own: OwnFields | None = None  # from an export of Kimonote
    is_page: bool = False  # a plain page, in no listing
    in_menus: bool = False  # which the old site had in its navigation


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How files are read: what the command's options say."""

    time_zone: tzinfo = UTC  # of dates without one
    time_zone_given: bool = False  # by whoever imports, so that it goes before the one in the old site's configuration
    encoding: str = "utf-8"
    as_draft: bool = False
    file_dates: bool = False  # a file of no date has that of its last change
    ignore_expiry: bool = False
    permalink: str = ""  # the old site's pattern of addresses, such as /:year/:month/:day/:title/
    shortcodes: dict[str, str] = field(default_factory=dict)  # what the old site's own template tags mean, by name
    without_tags: frozenset[str] = frozenset()
    authors: dict[str, str] = field(default_factory=dict)  # names by what the source has in their place, in lower case
