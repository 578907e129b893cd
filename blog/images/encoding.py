"""The files of an image's versions: decoded once, scaled down step by step, and encoded. No database: threads may run this.

Pillow lets other threads run while it decodes, scales and encodes, so one thread for each core keeps all of them busy.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, Final

from django.core.files import File
from PIL import AvifImagePlugin, ExifTags, Image
from wagtail.images.models import AbstractImage, Filter
from willow.plugins.pillow import PillowImage

AVIF_SPEED: Final = 8  # of 10: a seventh of the time of 6, which is Pillow's default, for 1 % more bytes
PHOTOGRAPH_SPEED: Final = 9  # a third of the time of 8, for 2 to 7 % more bytes; of drawings 20 to 45 %
PHOTOGRAPH: Final = "photograph"  # in Pillow's `info`, which scaled images keep: that it comes from a JPEG
TURNED: Final = range(5, 9)  # values of EXIF's orientation by which width and height change places
WIDTH = re.compile(r"width-(\d+)(?:\|format-\w+)?")

logger = logging.getLogger(__name__)


def _save_avif(image: Any, file: Any, name: Any) -> None:
    image.encoderinfo.setdefault("speed", PHOTOGRAPH_SPEED if image.info.get(PHOTOGRAPH) else AVIF_SPEED)
    AvifImagePlugin._save(image, file, name)


Image.register_save(AvifImagePlugin.AvifImageFile.format, _save_avif)


def encode_versions(image: AbstractImage, specs: Iterable[str]) -> dict[str, "File[bytes]"]:
    """Return the files of versions by their filters, without those that cannot be made."""
    widths = {spec: int(found[1]) for spec in specs if (found := WIDTH.fullmatch(spec))}
    files: dict[str, File[bytes]] = {}
    scaled: dict[int, PillowImage] = {}
    try:
        scaled = _scaled(image, set(widths.values())) if len(widths) > 1 else {}
    except Exception:  # a missing file, or one that Pillow cannot read
        logger.warning("The image “%s” (%s) cannot be read at once.", image.title, image.file.name)
    for spec in specs:
        source = scaled.get(widths.get(spec, 0))
        try:
            files[spec] = image.generate_rendition_file(_ScaledFilter(spec, source) if source else Filter(spec=spec))
        except Exception:  # a missing file, a picture Pillow cannot read, a filter that is none
            logger.warning("The image “%s” (%s) cannot be made as “%s”.", image.title, image.file.name, spec)
    return files


def _scaled(image: AbstractImage, widths: set[int]) -> dict[int, PillowImage]:
    """Return an image in each of these widths, turned as it says; {} for a moving one."""
    with image.open_file() as file:
        picture = Image.open(BytesIO(file.read()))
    if getattr(picture, "n_frames", 1) > 1:
        return {}
    form = (picture.format or "").lower()
    largest = max(widths)
    picture.draft(None, _enough(picture, largest))  # of a JPEG, decode half, a quarter … where that is enough
    current = PillowImage(picture).auto_orient()
    current.image.info[PHOTOGRAPH] = form == "jpeg"
    scaled: dict[int, PillowImage] = {}
    for width in sorted(widths, reverse=True):
        if width < current.image.width:
            current = _resize(current, (width, max(1, int(image.height * width / image.width))))
        current.format_name = form
        scaled[width] = current
    return scaled


def _enough(picture: Image.Image, largest: int) -> tuple[int, int]:
    """Return the least size, before an image is turned, from which a width can be made."""
    width, height = picture.size
    shown = height if picture.getexif().get(ExifTags.Base.Orientation) in TURNED else width
    return max(1, width * largest // shown), max(1, height * largest // shown)


def _resize(source: PillowImage, size: tuple[int, int]) -> PillowImage:
    """Return a smaller image, by the bicubic filter: three quarters of the time of Lanczos', which Willow takes."""
    if source.image.mode in ("1", "P"):
        return source.resize(size)
    return PillowImage(source.image.resize(size, Image.Resampling.BICUBIC))


class _ScaledFilter(Filter):
    """A filter on an image that has its width already."""

    def __init__(self, spec: str, source: PillowImage) -> None:
        super().__init__(spec=spec)
        self.source = source

    @contextmanager
    def get_willow_image(self, image: AbstractImage, source: Any = None) -> Iterator[PillowImage]:
        yield self.source
