"""What is taken into the library of images: not too large to decode, and without metadata. Every way passes here."""

from io import BytesIO
from pathlib import PurePath
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _
from PIL import Image
from wagtail.images import get_image_model
from wagtail.images.fields import WagtailImageField
from wagtail.images.models import AbstractImage

from blog.images.metadata import without_metadata
from blog.images.pixels import BROKEN, MAX_PIXELS, check_pixels
from blog.images.svg import clean_svg, is_svg

UNREADABLE = _("This picture is damaged or incomplete. Open it in an image editor, save it again, and upload that.")


class ImageField(WagtailImageField):
    """Wagtail's form field, which looks at an image's size before it decodes it, and refuses what cannot be decoded."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.max_image_pixels = MAX_PIXELS

    def to_python(self, data: Any) -> Any:
        if data and data.name.lower().endswith(".svg"):  # which Willow parses as soon as it opens it
            self.check_image_file_size(data)
            clean_svg(data.read())
            data.seek(0)
        return super().to_python(data)

    def check_image_pixel_size(self, f: Any) -> None:
        f.seek(0)
        content = BytesIO(f.read())
        f.seek(0)
        check_pixels(content)
        if f.image.format_name != "svg":
            _decode(content)


def _decode(file: IO[bytes]) -> None:
    """Raise ValidationError if an image is damaged: of a JPEG, an eighth of the size is decoded, for which all is read."""
    try:
        with Image.open(file) as image:
            image.draft(None, (1, 1))
            image.load()
    except BROKEN as error:
        raise ValidationError(UNREADABLE, code="invalid_image") from error


def clean(file: IO[bytes], name: str) -> "ContentFile[bytes]":
    """Return the content of an image file without metadata, and of SVG only what draws.

    Raise ValidationError if it is too large or damaged.
    """
    file.seek(0)
    content = file.read()
    if is_svg(content):
        return ContentFile(clean_svg(content), name=PurePath(name).name)
    check_pixels(file)
    try:
        return ContentFile(without_metadata(content), name=PurePath(name).name)
    except BROKEN as error:
        raise ValidationError(UNREADABLE, code="invalid_image") from error


@receiver(pre_save, sender=get_image_model(), dispatch_uid="clean_image")
def on_image_saving(instance: AbstractImage, raw: bool = False, **kwargs: Any) -> None:
    """Clean a new file of an image before it is stored, whoever saves it."""
    if raw or not instance.file or instance.file._committed:
        return
    instance.file = clean(instance.file.file, instance.file.name)
    instance._set_image_file_metadata()
