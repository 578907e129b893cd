"""A picture in the sizes and formats that a browser may choose from: made when it is uploaded or first shown, then kept."""

import logging
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wagtail.images.models import AbstractImage, AbstractRendition

WIDTHS = (480, 960, 1440)  # pixels
SHOWN = 960  # pixels: for what knows no srcset, such as mail and feed readers
SIZES = "(max-width: 40rem) 100vw, 38rem"  # as in the sheet: a column of text
AVIF, WEBP = "avif", "webp"  # AVIF takes a third less, and some seconds to make

logger = logging.getLogger(__name__)


class Versions(NamedTuple):
    """Addresses of a picture, with the size of the first; the others as a `srcset`, empty where there are none."""

    src: str
    width: int
    height: int
    webp: str = ""
    avif: str = ""


def versions(image: "AbstractImage") -> Versions:
    """The versions of a picture; of one that cannot be read, or is better left alone, only the file itself."""
    if not image.is_svg() and not image.file.name.lower().endswith(".gif"):  # drawn at any size; perhaps moving
        for formats in ((AVIF, WEBP), (WEBP,)):
            try:
                return _made(image, formats)
            except Exception:  # a missing file; what Pillow cannot read, or not write in that format
                logger.warning("No %s can be made of the image “%s” (%s).", " and ".join(formats), image.title, image.file.name)
    return Versions(image.file.url, image.width, image.height)


def _made(image: "AbstractImage", formats: tuple[str, ...]) -> Versions:
    widths = sorted({min(width, image.width) for width in WIDTHS})
    main = f"width-{min(SHOWN, image.width)}"
    specs = {form: [f"width-{width}|format-{form}" for width in widths] for form in formats}
    made = image.get_renditions(main, *(spec for form in formats for spec in specs[form]))
    shown = made[main]
    choices = {form: _srcset([made[spec] for spec in specs[form]]) for form in formats}
    return Versions(shown.url, shown.width, shown.height, **choices)


def _srcset(made: "list[AbstractRendition]") -> str:
    return ", ".join(f"{rendition.url} {rendition.width}w" for rendition in made)
