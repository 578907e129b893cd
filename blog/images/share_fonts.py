"""Fonts of share pictures: the one that is shipped, then those of SHARE_FONTS, for scripts that it lacks."""

import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from django.conf import settings
from PIL import ImageFont

SHIPPED: Final = Path(__file__).parent / "fonts" / "DejaVuSansCondensed-Bold.ttf"
CHARACTERS: Final = 10_000  # whose glyphs are looked up once
TEXTS: Final = 1_000  # that are looked through once: titles stay when pages are made anew
PROBED: Final = 34  # pixels
NO_CHARACTER: Final = "\uffff"
SPARED: Final = ("S", "C")  # symbols, such as emoji, and control characters: left out where a font lacks them


class Face(NamedTuple):
    """A font in a file."""

    file: str
    number: int = 0  # in a collection of fonts

    def has(self, sign: str) -> bool:
        """Return whether there is a glyph for a character, or none is needed."""
        return sign.isspace() or unicodedata.category(sign) in ("Cf", "Mn") or _has_glyph(self, sign)

    def drawable(self, text: str) -> str:
        """Return a text in one line, without the symbols that the font lacks.

        >>> Face(str(SHIPPED)).drawable("Up \U0001f680 and\\n away")
        'Up and away'
        """
        kept = (sign for sign in text if unicodedata.category(sign)[0] not in SPARED or sign.isspace() or self.has(sign))
        return " ".join("".join(kept).split())


@lru_cache(TEXTS)
def face_of(text: str) -> Face | None:
    """Return the first font that has each letter of a text; None where no font has."""
    return next((face for face in _faces() if all(map(face.has, face.drawable(text)))), None)


@cache
def sized(face: Face, size: int) -> ImageFont.FreeTypeFont:
    """Return a font in a size in pixels."""
    return ImageFont.truetype(face.file, size, face.number)


def _faces() -> list[Face]:
    return [Face(str(SHIPPED)), *(Face(*font) for font in settings.SHARE_FONTS)]


@lru_cache(CHARACTERS)
def _has_glyph(face: Face, sign: str) -> bool:
    font = sized(face, PROBED)
    return bytes(font.getmask(sign)) != bytes(font.getmask(NO_CHARACTER))
