"""Which program wrote an export, by what the file begins with."""

import re
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from transfer.importing.exports.bookmarks import read_bookmarks
from transfer.importing.exports.feeds import read_json_feed, read_xml_feed
from transfer.importing.exports.ghost import read_ghost
from transfer.importing.exports.json_file import read_json
from transfer.importing.exports.post import Export
from transfer.importing.exports.wordpress import read_wordpress
from transfer.importing.source import ImportOptions

ExportFormat: TypeAlias = Literal["wordpress", "ghost", "feed", "bookmarks"]
EXPORT_FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)
SUFFIXES = frozenset((".xml", ".rss", ".atom", ".rdf", ".json", ".html", ".htm"))
HEAD = 8_192  # bytes that are looked at
MARKS: tuple[tuple[ExportFormat, "re.Pattern[str]"], ...] = (
    ("bookmarks", re.compile(r"\s*<!DOCTYPE NETSCAPE-Bookmark-file", re.IGNORECASE)),
    ("wordpress", re.compile(r"<rss\b[^>]*http://wordpress\.org/export/")),
    ("feed", re.compile(r"<(?:rss|feed|rdf:RDF)[\s>]|\A\s*\{[^\0]*jsonfeed\.org/version/")),
    ("ghost", re.compile(r"\A\s*\{\s*\"(?:db|meta|data)\"\s*:\s*[\[{]")),
)


def export_format(path: Path) -> ExportFormat | None:
    """Return the format of a file; None where it is no export."""
    if path.suffix.lower() not in SUFFIXES or not path.is_file():
        return None
    with path.open("rb") as file:
        raw = file.read(HEAD)
    head = raw.decode("utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig", "ignore")
    return next((name for name, mark in MARKS if mark.search(head)), None)


def read_export(path: Path, name: ExportFormat, options: ImportOptions) -> Export:
    """Return what an export holds. Raise Refusal, with the line, where it cannot be read."""
    if name == "wordpress":
        return read_wordpress(path, options)
    if name == "bookmarks":
        return read_bookmarks(path, options)
    if name == "ghost":
        return read_ghost(read_json(path), path)
    return _read_feed(path, options)


def _read_feed(path: Path, options: ImportOptions) -> Export:
    value: Any = read_json(path) if path.suffix.lower() == ".json" else None
    return read_xml_feed(path, options) if value is None else read_json_feed(value, path, options)
