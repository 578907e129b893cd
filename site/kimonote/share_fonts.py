"""Parsing of SHARE_FONTS: fonts of share pictures, for scripts that the shipped one lacks."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from PIL import ImageFont

USUAL: Final = (  # where Debian, Fedora, Arch and Alpine have the one that is looked for where none is named
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/noto/NotoSansCJK-Bold.ttc",
)
ANY_SIZE: Final = 16  # pixels


def usual_fonts() -> list[str]:
    """Return the fonts that are used where none is named: those found at their usual places."""
    return [file for file in USUAL if Path(file).is_file()]


def read_fonts(fonts: Iterable[str]) -> list[tuple[str, int]]:
    """Return files of fonts, each with the number of the font within. Raise ValueError with a sentence.

    Of a collection, `file.ttc#2` is the third font.
    """
    return [_read_font(font) for font in fonts]


def _read_font(font: str) -> tuple[str, int]:
    file, _, number = font.partition("#")
    if number and not number.isdecimal():
        raise ValueError(f"{font!r} has no number behind its #. Write file.ttc#2 for the third font of a collection.")
    try:
        ImageFont.truetype(file, ANY_SIZE, int(number or 0))
    except OSError as error:
        raise ValueError(f"{font!r} is no font ({error}). Write paths of files that the site may read, with commas.") from error
    return file, int(number or 0)
