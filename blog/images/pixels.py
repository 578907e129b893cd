"""The size of an image, read from its header and refused before anything is decoded: a small file may hold gigabytes."""

import re
import struct
from typing import IO

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from PIL import Image

MAX_PIXELS = 40_000_000  # of all frames together; decoded, they take up to 160 MB
MAX_FRAMES = 2_000  # each takes time, however small: 200,000 of one pixel took 8 seconds of the request
MEGAPIXEL = 1_000_000  # pixels
BROKEN = (OSError, SyntaxError, ValueError, IndexError, EOFError, RuntimeError, struct.error)  # what Pillow and Willow raise

TOO_MANY = _(
    "This picture has %(megapixels)s megapixels%(size)s: %(most)s are the most. "
    "Make it smaller, for example 4,000 pixels wide, and upload it again."
)
TOO_MANY_FRAMES = _(
    "This picture has %(frames)s frames: %(most)s are the most. Shorten it, or make a film of it and link to that."
)


def check_pixels(file: IO[bytes]) -> None:
    """Raise ValidationError if an image has more than MAX_PIXELS or MAX_FRAMES.

    What Pillow does not know is left to whoever decodes it.
    """
    try:
        file.seek(0)
        image = Image.open(file)  # not closed: the file is the caller's
        width, height = image.size
        frames = getattr(image, "n_frames", 1)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:  # Pillow's own limits, which are higher
        found = re.search(r"\d+", str(error))
        raise _refusal(int(found[0]) if found else 0, "") from error
    except BROKEN:
        return
    finally:
        file.seek(0)
    if frames > MAX_FRAMES:
        numbers = {"frames": number_format(frames), "most": number_format(MAX_FRAMES)}
        raise ValidationError(TOO_MANY_FRAMES, code="file_too_many_frames", params=numbers)
    if width * height * frames > MAX_PIXELS:
        size = f" ({width} × {height}" + (f" × {frames})" if frames > 1 else ")")
        raise _refusal(width * height * frames, size)


def _refusal(pixels: int, size: str) -> ValidationError:
    numbers = {"megapixels": number_format(round(pixels / MEGAPIXEL)), "most": MAX_PIXELS // MEGAPIXEL, "size": size}
    return ValidationError(TOO_MANY, code="file_too_many_pixels", params=numbers)
