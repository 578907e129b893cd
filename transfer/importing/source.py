"""What a post's file says, as plain values: nothing here knows of a database."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

IMAGE_TYPES = frozenset(("gif", "jpg", "jpeg", "png", "webp", "avif"))  # those that the site takes


class Refusal(ValueError):
    """Why a file is not imported: a sentence, and the line of the file it is about (the first is 1)."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(reason)
        self.reason, self.line = reason, line

    def __reduce__(self) -> tuple[type["Refusal"], tuple[str, int]]:
        return Refusal, (self.reason, self.line)


@dataclass(frozen=True, slots=True)
class Note:
    """Something about an imported file that its owner should know."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class SourcePost:
    """A post as its file has it, with its template tags already turned into Markdown where that was possible."""

    title: str
    slug: str
    body: str
    published: datetime | None = None
    modified: datetime | None = None
    expires: datetime | None = None
    draft: bool = False
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    summary: str = ""
    link: str = ""
    cover: str = ""
    addresses: tuple[str, ...] = ()  # where it was before, such as /2014/03/12/coming-soon/
    lines: dict[str, int] = field(default_factory=dict)  # of the header's keys, for what is found out later
    notes: tuple[Note, ...] = ()
    turned: dict[str, int] = field(default_factory=dict)  # template tags that became Markdown, by name
    left: dict[str, int] = field(default_factory=dict)  # template tags that stay as they are, by name


@dataclass(frozen=True, slots=True)
class Options:
    """How files are to be read."""

    zone: tzinfo = UTC  # of dates that name none
    encoding: str = "utf-8"
    as_draft: bool = False
    permalink: str = ""  # the old site's pattern of addresses, such as /:year/:month/:day/:title/
    without_tags: frozenset[str] = frozenset()
    together: str = "With {}."  # a last line that names a post's further authors
