"""What posts are read from: a file of a static site or of a wiki, or a part of an export. One way to handle them all."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from transfer.importing.dokuwiki.pages import WikiPage, read_wiki_page
from transfer.importing.exports.post import ExportedPost, find_exported_image, read_exported
from transfer.importing.own_export.read import OwnPost, read_own_post
from transfer.importing.source import ImportOptions, SourcePost
from transfer.importing.static_sites import image_paths
from transfer.importing.static_sites.find import SourceFile
from transfer.importing.static_sites.read import read_post

Source: TypeAlias = SourceFile | WikiPage | ExportedPost | OwnPost


def digest_of(source: Source) -> str:
    """Return a digest of what the source says of its post. Raise OSError where it cannot be read."""
    if isinstance(source, ExportedPost | OwnPost):
        return source.digest
    metadata = source.metadata() if isinstance(source, SourceFile) else b""
    return hashlib.sha256(source.path.read_bytes() + metadata).hexdigest()


def read_source(source: Source, options: ImportOptions) -> SourcePost:
    """Return the post of a source. Raise Refusal with the line and the reason, OSError where it cannot be read."""
    post = _read(source, options)
    return replace(post, authors=tuple(dict.fromkeys(options.authors.get(name.lower(), name) for name in post.authors)))


def _read(source: Source, options: ImportOptions) -> SourcePost:
    if isinstance(source, ExportedPost):
        return read_exported(source, options)
    if isinstance(source, OwnPost):
        return read_own_post(source, options)
    if isinstance(source, WikiPage):
        return read_wiki_page(source, options)
    return read_post(source, source.path.read_bytes(), options)


def host_of(source: Source) -> str:
    """Return the host of the old site, whose links may lead to posts of the import; "" where it is not known."""
    return next(iter(source.hosts), "") if isinstance(source, ExportedPost) else source.site.host


def find_image(source: Source, target: str) -> Path | None:
    """Return the file of an image that a post shows, if it lies where the posts were found."""
    if isinstance(source, ExportedPost):
        return find_exported_image(source, target)
    return None if image_paths.is_external(target) else image_paths.find_file(target, source.path, source.site)
