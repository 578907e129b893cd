"""What there is to import at a path: the files of a static site, an export, a wiki, or an archive with any of them."""

from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeAlias

from transfer.importing.dokuwiki.pages import find_wiki_pages, wiki_root
from transfer.importing.exports.archives import is_archive, unpacked
from transfer.importing.exports.detect import EXPORT_FORMATS, ExportFormat, export_format, read_export
from transfer.importing.exports.post import with_own_links
from transfer.importing.own_export.read import OwnExport, is_own_export, read_own_export
from transfer.importing.source import ImportOptions, Refusal
from transfer.importing.sources import Source
from transfer.importing.static_sites.find import find_files
from transfer.importing.words import _

SourceFormat: TypeAlias = Literal["kimonote", "markdown", "dokuwiki"] | ExportFormat
SOURCE_FORMATS: tuple[SourceFormat, ...] = ("kimonote", "markdown", "dokuwiki", *EXPORT_FORMATS)


@dataclass(slots=True)
class FoundPosts:
    """What was found: posts not yet read, the number of other things by kind, and files that were refused whole."""

    files: list[Source] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)  # files with front matter that are of no form that can be read
    refusals: list[tuple[str, int, str]] = field(default_factory=list)
    own: list[OwnExport] = field(default_factory=list)  # exports of Kimonote, with more than posts


class PostFinder:
    """Finds posts. Archives are unpacked until `stack` is closed, since their files are read later."""

    def __init__(self, options: ImportOptions, stack: ExitStack, *, root: Path | None = None, name: SourceFormat | None = None):
        self.options, self.stack, self.root, self.format = options, stack, root, name

    def find(self, paths: Iterable[Path]) -> FoundPosts:
        """Return what there is below these paths. Raise FileNotFoundError for one that is missing."""
        found = FoundPosts()
        files: list[Path] = []  # of static sites, found together: each once
        for path in (path.resolve(strict=True) for path in paths):
            try:
                files += self._find_one(self.stack.enter_context(unpacked(path)) if is_archive(path) else path, found)
            except Exception as error:
                _refuse(path, error, found)
        static = find_files(files, self.root)
        found.files = [*static.files, *found.files]
        found.skipped += static.skipped
        found.unread += static.unread
        return found

    def _find_one(self, path: Path, found: FoundPosts) -> list[Path]:
        """Add the posts of an export or a wiki; return the paths in which to look for a static site's files."""
        if self.format in (None, "kimonote") and is_own_export(path):
            own = read_own_export(path)
            found.own.append(own)
            found.files += own.posts
            return []
        if self.format == "kimonote":
            raise Refusal(_("This is no export of Kimonote: there is no file _data/kimonote.yaml."))
        wiki = wiki_root(path) if self.format in (None, "dokuwiki") else None
        if wiki is not None:
            pages, skipped = find_wiki_pages(wiki)
            found.files += pages
            found.skipped += skipped
        elif self.format == "dokuwiki":
            raise Refusal(_("This is no DokuWiki: there is no folder data/pages."))
        elif self.format == "markdown" or (path.is_dir() and self.format is None and find_files([path], self.root).files):
            return [path]
        elif exports := self._exports(path):
            for export, name in exports:
                self._read(export, name, found)
        else:
            return [path]
        return []

    def _exports(self, path: Path) -> list[tuple[Path, ExportFormat]]:
        """Return the exports at a path, with their formats. Of a folder, all that lie directly in it or one folder deeper."""
        files = [path] if path.is_file() else sorted([*path.glob("*.*"), *path.glob("*/*.*")])
        asked = next((name for name in EXPORT_FORMATS if name == self.format), None)
        if asked and path.is_file():
            return [(path, asked)]
        named = ((file, export_format(file)) for file in files)
        return [(file, name) for file, name in named if name is not None and asked in (None, name)]

    def _read(self, path: Path, name: ExportFormat, found: FoundPosts) -> None:
        try:
            export = read_export(path, name, self.options)
        except Exception as error:
            _refuse(path, error, found)
            return
        folder = (self.root or path.parent).resolve()
        found.files += [replace(post, folder=folder, is_root=self.root is not None) for post in with_own_links(export)]
        found.skipped += export.skipped


def _refuse(path: Path, error: Exception, found: FoundPosts) -> None:
    refusal = Refusal.of(error)
    found.refusals.append((path.name, refusal.line, refusal.reason))
