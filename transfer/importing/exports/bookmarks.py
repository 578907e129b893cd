"""Bookmarks in Netscape's format, as browsers and bookmark services export them: each is an external post.

Tags are its own and the names of its folders; a bookmark that is private becomes a draft. One address is one post.
"""

import html
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import nh3

from transfer.importing.exports.html_to_markdown import limit_complexity
from transfer.importing.exports.post import Export, ExportedPost, guarded, read_date
from transfer.importing.source import ImportOptions, Refusal, SourcePost
from transfer.importing.words import _, gettext_noop

MAX_BYTES = 50_000_000  # of a file
MAX_ADDRESS = 2_000  # characters
ATTRIBUTES = {
    "a": {"href", "add_date", "last_modified", "tags", "private"},
    "h3": {"personal_toolbar_folder", "unfiled_bookmarks_folder"},
}
BROWSERS_FOLDERS = frozenset(  # whose names say nothing of a bookmark
    """bookmarks,bookmarks bar,bookmarks menu,bookmarks toolbar,other bookmarks,mobile bookmarks,favorites,favorites bar,
    unsorted bookmarks,lesezeichen,lesezeichenleiste,lesezeichen-symbolleiste,lesezeichen-menü,weitere lesezeichen,
    mobile lesezeichen,favoriten""".replace("\n    ", "").split(",")
)


@dataclass(slots=True)
class Bookmark:
    address: str
    title: str = ""
    added: str = ""
    note: str = ""
    private: bool = False
    tags: dict[str, None] = field(default_factory=dict)  # in order, each once


class BookmarkParser(HTMLParser):
    """Collects bookmarks; its input was closed and cleaned by nh3."""

    def __init__(self) -> None:
        super().__init__()
        self.bookmarks: list[Bookmark] = []
        self.folders: list[str] = []  # "" for those that give no tag
        self.is_browsers = False  # whether the folder that begins next is one of the browser's own
        self.heading = ""  # the name of the folder that begins next
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a":
            tags = [tag for tag in given.get("tags", "").split(",") if tag.strip()]
            folders = [folder for folder in self.folders if folder]
            self.bookmarks.append(
                Bookmark(
                    given.get("href", ""),
                    added=given.get("add_date", ""),
                    private=given.get("private") in ("1", "true"),
                    tags=dict.fromkeys([*tags, *folders]),
                )
            )
        elif tag == "dl":
            self.folders.append(self.heading)
            self.heading = ""
        elif tag == "h3":
            self.is_browsers = any(value == "true" for value in given.values())
        if tag in ("a", "h3", "dd", "dt", "dl"):
            self.text = []

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        text = "".join(self.text).strip()
        if tag == "a" and self.bookmarks:
            self.bookmarks[-1].title = " ".join(text.split())
        elif tag == "h3":
            self.heading = "" if self.is_browsers or text.lower() in BROWSERS_FOLDERS else " ".join(text.split())
        elif tag == "dd" and self.bookmarks and not self.bookmarks[-1].note:
            self.bookmarks[-1].note = text
        elif tag == "dl" and self.folders:
            self.folders.pop()
        if tag in ("a", "h3", "dd"):
            self.text = []


def read_bookmarks(path: Path, options: ImportOptions) -> Export:
    """Return the bookmarks of a file. Raise Refusal where it cannot be read."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise Refusal(
            _("The file has %(size)s bytes: bookmarks may have %(max_bytes)s.")
            % {"size": f"{size:,}", "max_bytes": f"{MAX_BYTES:,}"}
        )
    text = path.read_bytes().decode(options.encoding, "replace").replace("\0", "")
    skipped = Counter[str]()
    posts = [
        guarded(f"bookmarks/{bookmark.address}", 1, partial(_post, bookmark, path))
        for bookmark in _merged(_parse(text), skipped)
    ]
    return Export(posts, skipped)


def _parse(text: str) -> list[Bookmark]:
    parser = BookmarkParser()
    tags = {"a", "dd", "dl", "dt", "h3"}
    html = nh3.clean(limit_complexity(text), tags=tags, attributes=ATTRIBUTES, url_schemes={"http", "https"}, link_rel=None)
    parser.feed(html)
    parser.close()
    return parser.bookmarks


def _merged(bookmarks: Iterable[Bookmark], skipped: Counter[str]) -> Iterable[Bookmark]:
    """Return the bookmarks of web pages, those of one address as one with the tags of all."""
    by_address: dict[str, Bookmark] = {}
    for bookmark in bookmarks:
        if not re.match(r"https?://[^\s/]+", bookmark.address) or len(bookmark.address) > MAX_ADDRESS:
            skipped[gettext_noop("bookmark of no web page")] += 1
            continue
        first = by_address.setdefault(bookmark.address, bookmark)
        if first is not bookmark:
            skipped[gettext_noop("bookmark in another folder too")] += 1
            first.tags |= bookmark.tags
            first.note = first.note or bookmark.note
            first.private = first.private or bookmark.private
    return by_address.values()


def _post(bookmark: Bookmark, path: Path) -> ExportedPost:
    source = SourcePost(
        title=html.escape(bookmark.title or bookmark.address),
        slug="",
        body=bookmark.note,
        published=read_date(_seconds(bookmark.added), UTC, "ADD_DATE"),
        draft=bookmark.private,
        tags=tuple(bookmark.tags),
        link=bookmark.address,
    )
    return ExportedPost(f"bookmarks/{bookmark.address}", source, "text", folder=path.parent)


def _seconds(added: str) -> str:
    """Return the seconds of a time in seconds, milliseconds or microseconds; "" for 0."""
    return added[:10] if re.fullmatch(r"[1-9]\d{8,15}", added) else "" if re.fullmatch(r"0*", added) else added
