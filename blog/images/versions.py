"""An image in its own format, and in AVIF in sizes to choose from: made by the worker; a page shows what is there."""

import logging
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from django.core.files import File
from wagtail.images.models import AbstractImage, Filter

from blog.images.encoding import encode_versions
from blog.images.storage import PRIVATE

SHOWN = 960  # pixels, in the image's own format: for mail, feed readers, other sites and browsers that know no AVIF
WIDTHS = (SHOWN, 1440)  # pixels, as AVIF: the column of text, and that on fine screens. No screen needs less than 600
SIZES = "(max-width: 40rem) 100vw, 38rem"  # as in the sheet: a column of text
PORTRAIT = "fill-144x144|format-webp"  # of an author: three times as many pixels as the sheet shows
COPY = "original"  # the filter of the one version of an image that is drawn at any size, or may be moving

logger = logging.getLogger(__name__)


class Versions(NamedTuple):
    """The address, size and words of a picture, and its AVIF versions as a `srcset`, empty where there are none."""

    src: str
    width: int  # pixels
    height: int
    alt: str
    avif: str = ""
    sizes: str = SIZES  # of what is chosen from them


def existing_versions(image: AbstractImage) -> Versions:
    """Return the versions of an image that have been made, AVIF where it is complete; until then the file itself.

    It asks nothing of the database where the image's renditions were prefetched.
    """
    made = {rendition.filter_spec: rendition for rendition in image.renditions.all()}
    main, *choices = wanted_specs(image)
    if (shown := made.get(main)) is None:
        return Versions(image.file.url, image.width, image.height, image.description)
    avif = [f"{made[spec].url} {made[spec].width}w" for spec in choices if spec in made]
    complete = ", ".join(avif) if len(avif) == len(choices) else ""
    return Versions(shown.url, shown.width, shown.height, image.description, complete)


def portrait_spec(image: AbstractImage) -> str:
    """Return the filter of an author's picture."""
    return PORTRAIT if _has_sizes(image) else COPY


def portrait(image: AbstractImage) -> str:
    """Return the address of an author's picture; "" until it has been made, and of an image that not everybody may see."""
    spec = portrait_spec(image)
    key = focal_point_key(image, spec)
    made = (one for one in image.renditions.all() if (one.filter_spec, one.focal_point_key) == (spec, key))
    return next((one.url for one in made if not one.file.name.startswith(PRIVATE)), "")


def wanted_specs(image: AbstractImage) -> list[str]:
    """Return the filters of an image's versions. It needs the image's width and the name of its file."""
    if not _has_sizes(image):
        return [COPY]
    widths = sorted({min(width, image.width) for width in WIDTHS})
    return [f"width-{min(SHOWN, image.width)}", *(f"width-{width}|format-avif" for width in widths)]


def make_versions(wanted: Sequence[tuple[AbstractImage, Sequence[str]]]) -> None:
    """Make versions of images by their filters, one image on each core at a time; pass over what cannot be made."""
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as threads:
        for (image, specs), files in zip(wanted, threads.map(_files, wanted), strict=True):
            try:
                _store(image, specs, files)
            except Exception:  # the image was deleted meanwhile, or the file of a copy
                logger.warning("The versions of the image “%s” (%s) cannot be stored.", image.title, image.file.name)


def _files(wanted: tuple[AbstractImage, Sequence[str]]) -> "dict[str, File[bytes]]":
    image, specs = wanted
    return encode_versions(image, [spec for spec in specs if not _is_copy(image, spec)])


def _store(image: AbstractImage, specs: Sequence[str], files: "dict[str, File[bytes]]") -> None:
    for spec, file in files.items():
        key = focal_point_key(image, spec)
        image.renditions.get_or_create(filter_spec=spec, focal_point_key=key, defaults={"file": file})
    if any(_is_copy(image, spec) for spec in specs):
        _copy(image)


def focal_point_key(image: AbstractImage, spec: str) -> str:
    """Return the key of the focal point that a version depends on; "" for a filter that is none."""
    try:
        return str(Filter(spec=spec).get_cache_key(image))
    except Exception:
        return ""


def _is_copy(image: AbstractImage, spec: str) -> bool:
    return spec == COPY and not _has_sizes(image)


def _copy(image: AbstractImage) -> None:
    with image.file.open() as file:
        copy = {"file": File(file, name=image.filename)}
        image.renditions.get_or_create(filter_spec=COPY, focal_point_key="", defaults=copy)


def _has_sizes(image: AbstractImage) -> bool:
    return not image.is_svg() and not image.file.name.lower().endswith(".gif")  # drawn at any size; perhaps moving
