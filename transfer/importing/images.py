"""Images of imported posts, created in Wagtail's image library: each content once; deleted again if the post is refused."""

from collections import Counter
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage
from wagtail.utils.file import hash_filelike

from blog.caching.content_security import blocked_hosts
from blog.images.intake import ImageField, clean
from transfer.importing.fetching import FetchError, ImageFetcher
from transfer.importing.prepare import PreparedFile
from transfer.importing.sources import find_image
from transfer.importing.static_sites import image_paths
from transfer.importing.static_sites.targets import Target, TargetKind, replace_targets

MAX_TITLE = 255  # characters


class ImageImporter:
    """The images of one run. A dry run creates none."""

    def __init__(self, dry_run: bool, fetcher: ImageFetcher | None = None) -> None:
        self.dry_run, self.fetcher = dry_run, fetcher
        self.fetched = 0  # from other sites
        self.images: dict[Path, AbstractImage | None] = {}
        self.created: dict[int, set[str]] = {}  # by image id: keys of the files whose posts show it
        self.missing: list[tuple[str, str]] = []  # (key, target)
        self.blocked: Counter[str] = Counter()  # images of other sites that browsers will not load, by host
        self.refused: dict[Path, str] = {}  # why the library does not take a file
        self.refused_addresses: dict[str, str] = {}  # why an image of another site was not fetched

    def import_image(self, prepared: PreparedFile, target: str) -> AbstractImage | None:
        """Return the image that a target in a post's text names; None where no such file exists, or it is no image."""
        path = find_image(prepared.file, target) or self._fetch(target)
        if path is None:
            self.missing.append((prepared.file.key, target))
            return None
        if path not in self.images:
            self.images[path] = self._image(path)
        image = self.images[path]
        if image and image.pk in self.created:
            self.created[image.pk].add(prepared.file.key)
        if image is None and not self.dry_run:
            self.missing.append((prepared.file.key, target))
        return image

    def import_cover(self, prepared: PreparedFile) -> AbstractImage | None:
        """Return the cover of a post; None where it has none, or one of another site that is not fetched."""
        target = prepared.post.cover if prepared.post else ""
        return self.import_image(prepared, target) if target and self._is_within_reach(prepared, target) else None

    def _is_within_reach(self, prepared: PreparedFile, target: str) -> bool:
        """Say whether an image is one of the posts' own, or may be fetched."""
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

    def _image(self, path: Path) -> AbstractImage | None:
        if self.dry_run:
            return None
        try:
            upload = self._read(path)
        except ValidationError as error:
            self.refused[path] = " ".join(error.messages)
            return None
        digest = hash_filelike(upload)
        known: AbstractImage | None = get_image_model().objects.filter(file_hash=digest).order_by("pk").first()
        return known or self._create(path, upload)

    def _read(self, path: Path) -> SimpleUploadedFile:
        """Return an image's file as the library keeps it; raise ValidationError for what it does not take."""
        upload = SimpleUploadedFile(path.name, path.read_bytes())
        ImageField().clean(upload)
        return SimpleUploadedFile(path.name, clean(upload, path.name).read())

    def _create(self, path: Path, upload: SimpleUploadedFile) -> AbstractImage:
        upload.seek(0)
        image = get_image_model()(title=path.stem.replace("-", " ").replace("_", " ")[:MAX_TITLE], file=upload)
        with transaction.atomic():
            image.save()
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
