"""The storage of static files in production: compressed, named by content, style sheets of pages minified."""

import re
from collections.abc import Iterator
from typing import Any, Final

import rcssmin
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

STYLE_SHEET: Final = re.compile(r"(?:site|formulas)(?:\.[0-9a-f]{12})?\.css")  # as it is collected, and as it is served


class SiteStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage, which is given the pages' style sheets without comments and blanks.

    It compresses the files named by content alone, which pages link to: each file is there under its own name as well, and
    Brotli's best compression takes most of the time of `collectstatic`.
    """

    def _save(self, name: str, content: Any) -> str:
        if STYLE_SHEET.fullmatch(name):
            content = ContentFile(rcssmin.cssmin(b"".join(content.chunks())))
        saved: str = super()._save(name, content)
        return saved

    def compress_files(self, paths: set[str]) -> Iterator[tuple[str, str]]:
        compressed: Iterator[tuple[str, str]] = super().compress_files(paths & set(self.hashed_files.values()))
        return compressed
