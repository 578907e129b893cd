"""Find the posts below the given paths. All other files are counted; nothing outside of the paths is opened."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from transfer.importing.static_sites.file_names import parse_file_name
from transfer.importing.static_sites.front_matter import FENCE, NIKOLA
from transfer.importing.static_sites.generators import SourceSite, detect_site
from transfer.importing.words import gettext_noop

MARKDOWN_SUFFIXES = frozenset((".md", ".markdown", ".mdown", ".mkd", ".mkdn"))
OTHER_SUFFIXES = frozenset((".mdx", ".lhs", ".rst"))
HTML_SUFFIXES = frozenset((".html", ".htm"))  # which are posts if they have front matter and a date
TEXT_SUFFIX, METADATA_SUFFIX = ".txt", ".meta"  # of Nikola's: a text with its fields at the head, or in a file beside it
DATED = re.compile(r"(?im)^(?:\.\. )?[\"']?(?:date|published|pub(?:lish(?:ed)?)?_?date)[\"']?\s*[:=][^\n]*\d")
HEAD_BYTES = 4_000  # of a file, in which its front matter is looked for
SKIPPED_FOLDERS = frozenset(  # folders of generators and tools, which hold no posts
    "_includes _layouts _data _sass _plugins _site _cache __pycache__"
    " archetypes layouts node_modules scaffolds themes vendor".split()
)
PROJECT_FILES = frozenset(
    "readme license licence changelog contributing code_of_conduct security authors todo".split()
)  # of a repository, in lower case


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A post's file; its key is its path below the site's root."""

    path: Path
    key: str
    site: SourceSite

    @property
    def suffix(self) -> str:
        """Return the suffix that says how the text is read, in lower case."""
        suffix = self.path.suffix.lower()
        return ".rst" if suffix == TEXT_SUFFIX else suffix

    def metadata(self) -> bytes:
        """Return the file of fields beside this one; nothing where there is none."""
        path = self.path.with_suffix(METADATA_SUFFIX)
        return path.read_bytes() if path.is_file() and not path.is_symlink() else b""


@dataclass(slots=True)
class FoundFiles:
    """The files found, in order of their keys, and the number of other files, by suffix or kind."""

    files: list[SourceFile] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)  # files with front matter that are of no form that can be read


def find_files(paths: Iterable[Path], root: Path | None = None) -> FoundFiles:
    """Return every post below these files and folders, each once. Raise FileNotFoundError for a path that is missing."""
    found_files = FoundFiles()
    seen: set[Path] = set()
    for given in (path.resolve(strict=True) for path in paths):
        folder = given if given.is_dir() else given.parent
        for path in _walk(given, found_files.skipped) if given.is_dir() else [given]:
            if path not in seen and _is_post(path, found_files, asked_for=path == given):
                seen.add(path)
                site = SourceSite(root.resolve()) if root else detect_site(path.parent, folder)
                found_files.files.append(SourceFile(path, _key(path, site.root, folder), site))
    found_files.files.sort(key=lambda found: found.key)
    return found_files


def _walk(folder: Path, skipped: Counter[str]) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        skipped[f"unreadable folder {error.filename}"] += 1

    for here, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not _is_skipped(Path(here, name), skipped))
        yield from (Path(here, name) for name in sorted(names) if not name.startswith("."))


def _is_skipped(folder: Path, skipped: Counter[str]) -> bool:
    if folder.is_symlink():
        skipped[gettext_noop("symbolic link")] += 1
        return True
    return folder.name.startswith(".") or folder.name in SKIPPED_FOLDERS


def _is_post(path: Path, found_files: FoundFiles, *, asked_for: bool) -> bool:
    """Return whether a file may be a post; else count its suffix or kind."""
    if path.is_symlink():
        kind = gettext_noop("symbolic link")
    elif not path.is_file():
        kind = gettext_noop("special file")
    elif not asked_for and (path.stem.lower() in PROJECT_FILES or path.stem.startswith("_index")):
        kind = path.name
    elif path.suffix.lower() in MARKDOWN_SUFFIXES | OTHER_SUFFIXES or _is_html_post(path) or _is_text_post(path):
        return True
    else:
        kind = path.suffix.lower() or gettext_noop("no suffix")
        found_files.unread[kind] += kind != METADATA_SUFFIX and bool(_front_matter_head(path))
    found_files.skipped[kind] += 1
    return False


def _is_html_post(path: Path) -> bool:
    if path.suffix.lower() not in HTML_SUFFIXES:
        return False
    head = _front_matter_head(path)
    return bool(head) and bool(parse_file_name(path.name).date or DATED.search(head))


def _is_text_post(path: Path) -> bool:
    is_text = path.suffix.lower() == TEXT_SUFFIX
    return is_text and (path.with_suffix(METADATA_SUFFIX).is_file() or bool(NIKOLA.match(_front_matter_head(path))))


def _front_matter_head(path: Path) -> str:
    """Return the beginning of a file that begins with front matter; else ""."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES).decode("utf-8", "replace").removeprefix("\ufeff")
    except OSError:
        return ""
    return head if FENCE.match(head) or NIKOLA.match(head) else ""


def _key(path: Path, root: Path, folder: Path) -> str:
    return (path.relative_to(root) if path.is_relative_to(root) else path.relative_to(folder)).as_posix()
