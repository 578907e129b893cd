"""Images of imported posts, created in Wagtail's image library: each content once; deleted again if the post is refused."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import filetype
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage
from wagtail.utils.file import hash_filelike

from blog.caching.content_security import blocked_hosts
from blog.images.intake import ImageField, clean
from jobs.pauses import Pauses
from transfer.importing.fetching import FetchError, ImageFetcher
from transfer.importing.prepare import PreparedFile
from transfer.importing.source import IMAGE_TYPES
from transfer.importing.sources import find_image
from transfer.importing.static_sites import image_paths
from transfer.importing.static_sites.targets import Target, TargetKind, replace_targets
from transfer.importing.words import _
from transfer.importing.workers import WorkerPool

MAX_TITLE = 255  # characters


@dataclass(frozen=True, slots=True)
class CleanImage:
    """An image's file as the library keeps it, or the reason why it does not take it."""

    content: bytes = b""
    digest: str = ""
    refusal: str = ""
    name: str = ""


def read_image(path: Path) -> CleanImage:
    """Read and clean a file; what worker processes do."""
    try:
        content = path.read_bytes()
        name = _named_by_content(path, content)
        upload = SimpleUploadedFile(name, content)
        ImageField().clean(upload)
        content = clean(upload, name).read()
    except ValidationError as error:
        return CleanImage(refusal=" ".join(error.messages))
    except OSError as error:
        return CleanImage(refusal=_("The file cannot be read: %(strerror)s.") % {"strerror": error.strerror})
    return CleanImage(content, hash_filelike(BytesIO(content)), name=name)


def _named_by_content(path: Path, content: bytes) -> str:
    """Return the file's name with the suffix of what it holds, which is what browsers show: many a `.png` is a JPEG."""
    suffix, form = path.suffix.lower()[1:], filetype.guess_extension(content)
    is_right = form == ("jpg" if suffix == "jpeg" else suffix)
    return path.name if is_right or form not in IMAGE_TYPES else f"{path.stem}.{form}"


class ImageImporter:
    """The images of one run. A dry run creates none."""

    def __init__(self, dry_run: bool, fetcher: ImageFetcher | None = None, pauses: Pauses | None = None) -> None:
        self.dry_run, self.fetcher, self.pauses = dry_run, fetcher, pauses or Pauses()
        self.fetched = 0  # from other sites
        self.images: dict[Path, AbstractImage | None] = {}
        self.created: dict[int, set[str]] = {}  # by image id: keys of the files whose posts show it
        self.missing: list[tuple[str, str]] = []  # (key, target)
        self.blocked: Counter[str] = Counter()  # images of other sites that browsers will not load, by host
        self.types_not_taken: Counter[str] = Counter()  # files that posts show, by suffix
        self.refused: dict[Path, str] = {}  # why the library does not take a file
        self.refused_addresses: dict[str, str] = {}  # why an image of another site was not fetched

    def import_all(self, posts: Sequence[PreparedFile], workers: WorkerPool) -> None:
        """Import the images of these posts at once: files are read and cleaned on every core, then stored."""
        keys: dict[Path, set[str]] = {}
        for prepared in posts:
            for path in (find_image(prepared.file, target) for target in _targets(prepared)):
                if path and _is_taken(path) and path not in self.images:
                    keys.setdefault(path, set()).add(prepared.file.key)
        for path, image in zip(keys, workers.map(read_image, keys), strict=True):
            self.images[path] = self._stored(path, image)
            if stored := self.images[path]:
                self.created.get(stored.pk, set()).update(keys[path])

    def import_image(self, prepared: PreparedFile, target: str) -> AbstractImage | None:
        """Return the image that a target in a post's text names; None where no such file exists, or it is no image."""
        path = find_image(prepared.file, target) or self._fetch(target)
        if path is None:
            self.missing.append((prepared.file.key, target))
            return None
        if not _is_taken(path):
            self.types_not_taken[path.suffix.lower() or "no suffix"] += 1
            return None
        if self.dry_run:
            return None
        if path not in self.images:
            self.images[path] = self._stored(path, read_image(path))
        image = self.images[path]
        if image and image.pk in self.created:
            self.created[image.pk].add(prepared.file.key)
        if image is None:
            self.missing.append((prepared.file.key, target))
        return image

    def import_cover(self, prepared: PreparedFile) -> AbstractImage | None:
        """Return the cover of a post; None where it has none, or one of another site that is not fetched."""
        target = prepared.post.cover if prepared.post else ""
        return self.import_image(prepared, target) if target and self._is_within_reach(prepared, target) else None

    def _is_within_reach(self, prepared: PreparedFile, target: str) -> bool:
        """Return whether an image is one of the posts' own, or may be fetched."""
        return bool(self.fetcher or not image_paths.is_external(target) or find_image(prepared.file, target))

    def _fetch(self, target: str) -> Path | None:
        """Fetch an image of another site, if that was asked for."""
        if self.fetcher is None or self.dry_run or not image_paths.is_external(target):
            return None
        try:
            path = self.fetcher.fetch(target)
        except FetchError as error:
            self.refused_addresses[target] = str(error)
            return None
        self.fetched += path not in self.images
        return path

    def _stored(self, path: Path, image: "CleanImage") -> AbstractImage | None:
        """Return the image of this content in the library, created if there is none; None for what it does not take."""
        if image.refusal:
            self.refused[path] = image.refusal
            return None
        known: AbstractImage | None = get_image_model().objects.filter(file_hash=image.digest).order_by("pk").first()
        return known or self._create(image)

    def _create(self, clean_image: CleanImage) -> AbstractImage:
        title = Path(clean_image.name).stem.replace("-", " ").replace("_", " ")
        image = get_image_model()(title=title[:MAX_TITLE])
        image.file = SimpleUploadedFile(clean_image.name, clean_image.content)
        start = time.monotonic()
        with transaction.atomic():
            image.save()
        self.pauses.after(time.monotonic() - start)
        self.created[image.pk] = set()
        return image

    def replace_images(self, prepared: PreparedFile, body: str) -> str:
        """Return the text with the id of each image that was found as its target: `![…](image:7)`."""

        def image_id(target: Target) -> str | None:
            if target.kind is not TargetKind.IMAGE:
                return None
            if not self._is_within_reach(prepared, target.address):
                self.blocked.update(blocked_hosts(f'<img src="{target.address}">'))
                return None
            image = self.import_image(prepared, target.address)
            return f"image:{image.pk}" if image else None

        return replace_targets(body, image_id)

    def delete_images_of(self, key: str) -> None:
        """Delete the images that no post but this refused one shows."""
        for pk, keys in list(self.created.items()):
            keys.discard(key)
            if not keys:
                get_image_model().objects.get(pk=pk).delete()
                del self.created[pk]
                self.images = {path: image for path, image in self.images.items() if not image or image.pk != pk}


def _targets(prepared: PreparedFile) -> list[str]:
    """Return the images that a post shows, and its cover."""
    post = prepared.post
    targets = [*image_paths.image_targets(post.body), post.cover] if post else []
    return [target for target in targets if target]


def _is_taken(path: Path) -> bool:
    return path.suffix.lower().lstrip(".") in IMAGE_TYPES
