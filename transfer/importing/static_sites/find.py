"""Markdown files below the paths that were named; everything else is counted, and nothing outside of them is opened."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from transfer.importing.static_sites.generators import OldSite, site_of

MARKDOWN = frozenset((".md", ".markdown", ".mdown", ".mkd", ".mkdn"))
SKIPPED = frozenset(  # folders of generators and tools, which hold no posts
    "_includes _layouts _data _sass _plugins _site _cache node_modules vendor archetypes themes layouts __pycache__".split()
)
PROJECT = frozenset(
    "readme license licence changelog contributing code_of_conduct security authors todo".split()
)  # a repository's own


@dataclass(frozen=True, slots=True)
class Found:
    """A Markdown file; its key is its path below the site's root."""

    path: Path
    key: str
    site: OldSite


@dataclass(slots=True)
class Finding:
    """The files found, in order of their keys, and how many others were left alone, by kind."""

    files: list[Found] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)


def find_files(paths: Iterable[Path], root: Path | None = None) -> Finding:
    """Find every post below these files and folders, each once; FileNotFoundError names a path that is not there."""
    finding = Finding()
    seen: set[Path] = set()
    for named in (path.resolve(strict=True) for path in paths):
        folder = named if named.is_dir() else named.parent
        for path in _walk(named, finding.others) if named.is_dir() else [named]:
            if path not in seen and _is_post(path, finding.others, asked_for=path == named):
                seen.add(path)
                site = OldSite(root.resolve()) if root else site_of(path.parent, folder)
                finding.files.append(Found(path, _key(path, site.root, folder), site))
    finding.files.sort(key=lambda found: found.key)
    return finding


def _walk(folder: Path, others: Counter[str]) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        others[f"unreadable folder {error.filename}"] += 1

    for here, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not _is_skipped(Path(here, name), others))
        yield from (Path(here, name) for name in sorted(names) if not name.startswith("."))


def _is_skipped(folder: Path, others: Counter[str]) -> bool:
    if folder.is_symlink():
        others["symbolic link"] += 1
        return True
    return folder.name.startswith(".") or folder.name in SKIPPED


def _is_post(path: Path, others: Counter[str], *, asked_for: bool) -> bool:
    """Say whether a file may be a post; count what it is instead."""
    if path.is_symlink():
        others["symbolic link"] += 1
    elif not path.is_file():
        others["special file"] += 1
    elif path.suffix.lower() not in MARKDOWN:
        others[path.suffix.lower() or "no suffix"] += 1
    elif not asked_for and (path.stem.lower() in PROJECT or path.stem.startswith("_index")):
        others[path.name] += 1
    else:
        return True
    return False


def _key(path: Path, root: Path, folder: Path) -> str:
    return (path.relative_to(root) if path.is_relative_to(root) else path.relative_to(folder)).as_posix()
