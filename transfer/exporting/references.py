"""References in texts (`image:7`, `doc:2`, `page:5`, files in the media folder) as paths within the exported folder."""

import re
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import quote

from django.conf import settings
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from blog.images.visibility import in_private_collection
from blog.markdown.media import ADDRESS, stored
from transfer.importing.static_sites.targets import Target, replace_targets

IMAGES: Final = "images"  # folders of the export
DOCUMENTS: Final = "documents"
NOTHING: Final = "0"  # the id of no page, image or document: such a link shows its words alone


class References:
    """Replaces references in texts, and gathers the images and documents that they name."""

    def __init__(self, paths: dict[int, str], public: frozenset[int], *, public_only: bool) -> None:
        self.paths, self.public, self.public_only = paths, public, public_only
        self.images = _files(get_image_model(), public_only=public_only)
        self.documents = _files(get_document_model(), public_only=public_only)
        self.by_name = {image.file.name: image for image in self.images.values()}
        self.used_images: dict[int, Any] = {}
        self.used_documents: dict[int, Any] = {}

    def as_paths(self, text: str) -> tuple[str, dict[str, str]]:
        """Return a text with paths in place of references, and the references by these paths."""
        replaced: dict[str, str] = {}

        def path(target: Target) -> str | None:
            found = self._path(target.address)
            if found is None or found.endswith(f":{NOTHING}"):
                return found
            while replaced.setdefault(found, target.address) != target.address:  # two spellings of one file
                found += "-" if "#" in found else "#"
            return found

        return (
            (replace_targets(text, path), replaced)
            if re.search(rf"page:|image:|doc:|{settings.MEDIA_URL}", text)
            else (text, {})
        )

    def image_path(self, pk: int | None) -> str:
        """Return the path of an image, as that of a cover; "" where it is not exported."""
        return self._file(IMAGES, self.images.get(pk or 0), self.used_images) or ""

    def document_path(self, pk: int | None) -> str:
        """Return the path of a document; "" where it is not exported."""
        return self._file(DOCUMENTS, self.documents.get(pk or 0), self.used_documents) or ""

    def _path(self, address: str) -> str | None:
        found = ADDRESS.fullmatch(address)
        if found is None:
            image = self.by_name.get(stored(address) or "")
            return self._file(IMAGES, image, self.used_images) if image else None
        kind, key, rest = found[1], int(found[2]), found[3] or ""
        if kind == "page":
            return self._page(address, key, rest)
        folder, files, used = (
            (IMAGES, self.images, self.used_images) if kind == "image" else (DOCUMENTS, self.documents, self.used_documents)
        )
        path = self._file(folder, files.get(key), used)
        if path is None:
            return f"{kind}:{NOTHING}" if self.public_only else None
        return path + (f"#{rest[1:]}" if rest.startswith(",") else rest)

    def _page(self, address: str, key: int, rest: str) -> str | None:
        """Return a page's path; of one that not everybody may open the reference, since such a link shows its words alone."""
        if key in self.paths:
            return f"{self.paths[key]}{rest}" if key in self.public else address
        return f"page:{NOTHING}" if self.public_only else None

    def _file(self, folder: str, file: Any, used: dict[int, Any]) -> str | None:
        if file is None:
            return None
        used[file.pk] = file
        return f"/{folder}/{quote(PurePosixPath(file.file.name).name)}"


def _files(model: Any, *, public_only: bool) -> dict[int, Any]:
    """Return the files of a library, by id; with `public_only`, those of private collections are left out."""
    files = model.objects.annotate(is_private=in_private_collection())
    return {file.pk: file for file in files if not (public_only and file.is_private)}
