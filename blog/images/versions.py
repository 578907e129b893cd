"""An image in the sizes and formats that a browser may choose from: made when it, or a text that shows it, is saved."""

import logging
from collections.abc import Iterable
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
    """Return the versions of an image, made where they are missing; of one that cannot be read, only the file itself."""
    if _has_versions(image):
        for formats in ((AVIF, WEBP), (WEBP,)):
            try:
                return _chosen(image.get_renditions(*_specs(image, formats)), image, formats)
            except Exception:  # a missing file; what Pillow cannot read, or not write in that format
                logger.warning("No %s can be made of the image “%s” (%s).", " and ".join(formats), image.title, image.file.name)
    return _original(image)


def existing_versions(image: "AbstractImage") -> Versions:
    """Return the versions of an image that have been made, where those of one format are complete; else the file itself.

    It asks nothing of the database where the image's renditions were prefetched.
    """
    if _has_versions(image):
        made = {rendition.filter_spec: rendition for rendition in image.renditions.all()}
        for formats in ((AVIF, WEBP), (WEBP,)):
            if made.keys() >= set(_specs(image, formats)):
                return _chosen(made, image, formats)
    return _original(image)


def make_renditions(image: "AbstractImage", filters: Iterable[str] = ()) -> None:
    """Make the versions of an image, and the renditions that texts ask for by these filters; pass over what cannot be made."""
    versions(image)
    for spec in filters:
        try:
            image.get_rendition(spec)
        except Exception:  # a missing file, a picture Pillow cannot read, a filter that is none
            logger.warning("The image “%s” (%s) cannot be made as “%s”.", image.title, image.file.name, spec)


def _has_versions(image: "AbstractImage") -> bool:
    return not image.is_svg() and not image.file.name.lower().endswith(".gif")  # drawn at any size; perhaps moving


def _original(image: "AbstractImage") -> Versions:
    return Versions(image.file.url, image.width, image.height)


def _specs(image: "AbstractImage", formats: tuple[str, ...]) -> list[str]:
    return [_main(image), *(spec for form in formats for spec in _in_format(image, form))]


def _main(image: "AbstractImage") -> str:
    return f"width-{min(SHOWN, image.width)}"


def _in_format(image: "AbstractImage", form: str) -> list[str]:
    return [f"width-{width}|format-{form}" for width in sorted({min(width, image.width) for width in WIDTHS})]


def _chosen(made: "dict[str, AbstractRendition]", image: "AbstractImage", formats: tuple[str, ...]) -> Versions:
    shown = made[_main(image)]
    choices = {form: _srcset([made[spec] for spec in _in_format(image, form)]) for form in formats}
    return Versions(shown.url, shown.width, shown.height, **choices)


def _srcset(made: "list[AbstractRendition]") -> str:
    return ", ".join(f"{rendition.url} {rendition.width}w" for rendition in made)
