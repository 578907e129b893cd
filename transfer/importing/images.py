"""Images of imported posts, put into Wagtail's images: each content once, and gone again if its post is refused."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from wagtail.images import get_image_model
from wagtail.images.fields import WagtailImageField
from wagtail.images.models import AbstractImage
from wagtail.utils.file import hash_filelike

from transfer.importing.prepare import Prepared
from transfer.importing.static_sites import image_paths as pictures

LONGEST_TITLE = 255  # characters


class Gallery:
    """The images of one run. In a rehearsal none is made."""

    def __init__(self, dry_run: bool) -> None:
        self.dry_run = dry_run
        self.images: dict[Path, AbstractImage | None] = {}
        self.made: dict[int, set[str]] = {}  # by id: the files whose posts show an image that this run made
        self.missing: list[tuple[str, str]] = []  # (key, target)

    def take(self, prepared: Prepared, target: str) -> AbstractImage | None:
        """The image that a post's target means; None when there is no such file, or it is no image."""
        path = pictures.find(target, prepared.found.path, prepared.found.site)
        if path is None:
            self.missing.append((prepared.found.key, target))
            return None
        if path not in self.images:
            self.images[path] = self._image(path)
        image = self.images[path]
        if image and image.pk in self.made:
            self.made[image.pk].add(prepared.found.key)
        if image is None and not self.dry_run:
            self.missing.append((prepared.found.key, target))
        return image

    def _image(self, path: Path) -> AbstractImage | None:
        if self.dry_run:
            return None
        upload = SimpleUploadedFile(path.name, path.read_bytes())
        digest = hash_filelike(upload)
        known: AbstractImage | None = get_image_model().objects.filter(file_hash=digest).order_by("pk").first()
        return known or self._make(path, upload)

    def _make(self, path: Path, upload: SimpleUploadedFile) -> AbstractImage | None:
        upload.seek(0)
        try:
            WagtailImageField().clean(upload)
        except ValidationError:
            return None
        upload.seek(0)
        image = get_image_model()(title=path.stem.replace("-", " ").replace("_", " ")[:LONGEST_TITLE], file=upload)
        image._set_image_file_metadata()  # what Wagtail's own upload form does
        with transaction.atomic():
            image.save()
        self.made[image.pk] = set()
        return image

    def put_into(self, prepared: Prepared, body: str) -> str:
        """The text with each image that was found named as Wagtail's: `![…](image:7)`."""

        def named(target: str, _: bool) -> str | None:
            image = None if pictures.is_elsewhere(target) else self.take(prepared, target)
            return f"image:{image.pk}" if image else None

        return pictures.replace(body, named)

    def discard(self, key: str) -> None:
        """Delete the images that only a refused post would have shown."""
        for pk, keys in list(self.made.items()):
            keys.discard(key)
            if not keys:
                get_image_model().objects.get(pk=pk).delete()
                del self.made[pk]
                self.images = {path: image for path, image in self.images.items() if not image or image.pk != pk}
