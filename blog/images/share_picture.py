"""Pictures that other sites show beside a link to a page (`og:image`): its title, its tags and the blog's name. Pure."""

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final, NamedTuple

from PIL import Image, ImageDraw, ImageFont

WIDTH: Final = 1200  # pixels, as is the height: what the large sites ask for
HEIGHT: Final = 630
MARGIN: Final = 80
TITLE_SIZES: Final = (84, 72, 60, 50, 42)  # pixels: the first by which the title fits
TITLE_HEIGHT: Final = 350  # pixels
SMALL: Final = 34  # pixels: of the tags and of the blog's name
LEADING: Final = 1.2  # of a line's height
COLOURS: Final = 16  # enough for smooth letters in two colours; a picture has some 15 KB
PAPER, INK, SOFT = "#fcfbf8", "#1d1c1a", "#5f5b55"
FONT: Final = Path(__file__).parent / "fonts" / "DejaVuSansCondensed-Bold.ttf"
CHARACTERS: Final = 4_000  # whose glyphs are looked up once
NO_CHARACTER: Final = "\uffff"


class ShareText(NamedTuple):
    """What a picture says."""

    title: str
    tags: str
    blog: str
    accent: str  # a colour, such as #2b4a8b

    @property
    def can_be_drawn(self) -> bool:
        """Return whether the font has every letter of it."""
        return all(_has_glyph(sign) for sign in drawable("".join(self[:3])))


def drawable(text: str) -> str:
    """Return a text in one line, without the symbols that the font lacks, such as emoji.

    >>> drawable("Up \U0001f680 and\\n away")
    'Up and away'
    """
    kept = (sign for sign in text if unicodedata.category(sign)[0] not in "SC" or sign.isspace() or _has_glyph(sign))
    return " ".join("".join(kept).split())


def draw(text: ShareText) -> bytes:
    """Return the picture as a PNG of 1200 × 630 pixels and less than 60 KB."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, WIDTH, 18), fill=text.accent)
    title, font = _fitting(drawable(text.title))
    top = float(MARGIN)
    for line in title:
        _write(pen, line, top, font, INK)
        top += font.size * LEADING
    small = _font(SMALL)
    if text.tags:
        _write(pen, _shortened(drawable(text.tags), small), HEIGHT - MARGIN - 2.6 * SMALL, small, text.accent)
    _write(pen, _shortened(drawable(text.blog), small), HEIGHT - MARGIN - SMALL, small, SOFT)
    drawn = BytesIO()
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(drawn, "PNG", optimize=True)
    return drawn.getvalue()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size)


@lru_cache(CHARACTERS)
def _has_glyph(sign: str) -> bool:
    if sign.isspace() or unicodedata.category(sign) in ("Cf", "Mn"):
        return True
    font = _font(SMALL)
    return bytes(font.getmask(sign)) != bytes(font.getmask(NO_CHARACTER))


def _write(pen: ImageDraw.ImageDraw, line: str, top: float, font: ImageFont.FreeTypeFont, colour: str) -> None:
    """Write a line at the side where its script begins."""
    strong = (found for sign in line if (found := unicodedata.bidirectional(sign)) in ("L", "R", "AL"))
    place, anchor = ((MARGIN, top), "la") if next(strong, "L") == "L" else ((WIDTH - MARGIN, top), "ra")
    pen.text(place, line, fill=colour, font=font, anchor=anchor)


def _fitting(title: str) -> tuple[list[str], ImageFont.FreeTypeFont]:
    """Return the title's lines in the largest size by which they fit; in the smallest, as many as fit."""
    for size in TITLE_SIZES:
        font = _font(size)
        lines, most = list(_wrapped(title, font)), int(TITLE_HEIGHT // (size * LEADING))
        if len(lines) <= most:
            return lines, font
    return [*lines[: most - 1], _shortened(" ".join(lines[most - 1 :]), font)], font


def _wrapped(text: str, font: ImageFont.FreeTypeFont) -> Iterator[str]:
    """Yield the lines of a text, broken between words, or within one that is wider than the picture."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if _fits(longer, font):
            line = longer
            continue
        if line:
            yield line
        *parts, line = _divided(word, font)
        yield from parts
    if line:
        yield line


def _divided(word: str, font: ImageFont.FreeTypeFont) -> Iterator[str]:
    """Yield the parts of a word, each as long as fits into a line."""
    while not _fits(word, font):
        end = next(end for end in range(len(word) - 1, 0, -1) if end == 1 or _fits(word[:end], font))
        yield word[:end]
        word = word[end:]
    yield word


def _shortened(text: str, font: ImageFont.FreeTypeFont) -> str:
    """Return a text, or as much of it as fits into a line, with an ellipsis."""
    if _fits(text, font):
        return text
    words = text.split(" ")
    while len(words) > 1 and not _fits(" ".join(words) + " …", font):
        words.pop()
    short = " ".join(words)
    return short + " …" if _fits(short + " …", font) else next(_wrapped(short, font))


def _fits(text: str, font: ImageFont.FreeTypeFont) -> bool:
    return font.getlength(text) <= WIDTH - 2 * MARGIN
