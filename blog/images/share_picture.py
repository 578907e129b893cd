"""Pictures that other sites show beside a link to a page (`og:image`): its title, its tags and the blog's name."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import islice
from typing import Final, NamedTuple

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFont

from blog.images.share_fonts import face_of, sized

SIZE: Final = (1200, 630)  # pixels: what the large sites ask for
WIDTH, HEIGHT = SIZE
MARGIN: Final = 80
LINE: Final = float(WIDTH - 2 * MARGIN)
BAR: Final = 18  # pixels: of the accent colour, at the top
TITLE_SIZES: Final = (84, 72, 60, 50, 42)  # pixels: the first by which the title fits
TITLE_HEIGHT: Final = 350  # pixels
SMALL: Final = 34  # pixels: of the tags and of the blog's name
LEADING: Final = 1.2  # of a line's height
ASCENT: Final = 0.93  # of a line's height above its baseline, in every font
PAPER, INK, SOFT = "#fcfbf8", "#1d1c1a", "#5f5b55"
SHADES: Final = 5  # of each of three colours: with the paper's, 16 colours, of which a pixel is half a byte
CJK: Final = "\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"  # lines break between any two …
OPENING: Final = "「『（【《〈"  # … but behind these, and before those (JIS X 4051, 6.1)
CLOSING: Final = "、。，．・：；？！」』）】》〉ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
PIECE: Final = re.compile(rf" ?(?:[{OPENING}]*[{CJK}][{CLOSING}]*|[^ {CJK}]+)")

Font = ImageFont.FreeTypeFont


class ShareText(NamedTuple):
    """What a picture says."""

    title: str
    tags: str
    blog: str
    accent: str  # a colour, such as #2b4a8b

    @property
    def can_be_drawn(self) -> bool:
        """Return whether there is a font for each line of it."""
        return all(face_of(line) for line in self[:3])


class Line(NamedTuple):
    """A line of text, in a font, on a baseline."""

    text: str
    font: Font
    baseline: float  # pixels from the top


def draw(text: ShareText) -> bytes:
    """Return the picture as a PNG of 1200 × 630 pixels and less than 60 KB."""
    tags = _small(text.tags, HEIGHT - MARGIN - 2.6 * SMALL)
    blog = _small(text.blog, HEIGHT - MARGIN - SMALL)
    layers = ((INK, _layer(_title(text.title))), (text.accent, _layer([tags], bar=True)), (SOFT, _layer([blog])))
    drawn = BytesIO()
    _merged(layers).save(drawn, "PNG", bits=4)
    return drawn.getvalue()


def _merged(layers: tuple[tuple[str, Image.Image], ...]) -> Image.Image:
    """Return a picture of layers that do not overlap, each in shades of a colour.

    A layer's 256 shades become some places in the palette: dithering a picture of all colours would take ten times as long.
    """
    picture, palette = Image.new("L", SIZE), [*ImageColor.getrgb(PAPER)]
    for number, (colour, layer) in enumerate(layers):
        shades = [round(value / 255 * SHADES) for value in range(256)]
        picture = ImageChops.lighter(picture, layer.point([shade and number * SHADES + shade for shade in shades]))
        palette += [part for shade in range(1, SHADES + 1) for part in _mixed(colour, shade / SHADES)]
    picture.putpalette(palette)
    return picture


def _mixed(colour: str, share: float) -> list[int]:
    """Return a colour on paper, of which it has a share."""
    pairs = zip(ImageColor.getrgb(PAPER), ImageColor.getrgb(colour), strict=True)
    return [round(paper + (ink - paper) * share) for paper, ink in pairs]


def _layer(lines: list[Line], *, bar: bool = False) -> Image.Image:
    """Return lines in white on black, each at the side where its script begins."""
    layer = Image.new("L", SIZE)
    pen = ImageDraw.Draw(layer)
    if bar:
        pen.rectangle((0, 0, WIDTH, BAR), fill=255)
    for text, font, baseline in lines:
        strong = (found for sign in text if (found := unicodedata.bidirectional(sign)) in ("L", "R", "AL"))
        place, anchor = (MARGIN, "ls") if next(strong, "L") == "L" else (WIDTH - MARGIN, "rs")
        pen.text((place, baseline), text, fill=255, font=font, anchor=anchor)
    return layer


def _small(text: str, top: float) -> Line:
    text, font = _in_font(text, SMALL)
    return Line(_shortened(text, font), font, top + ASCENT * SMALL)


def _title(title: str) -> list[Line]:
    """Return the title's lines in the largest size by which they fit; in the smallest, as many as fit."""
    for size in TITLE_SIZES:
        text, font = _in_font(title, size)
        most = int(TITLE_HEIGHT // (size * LEADING))
        lines = list(islice(_wrapped(text, font), most + 1))
        if len(lines) <= most:
            break
    else:
        whole = lines[: most - 1]
        lines = [*whole, _shortened(text.removeprefix("".join(whole)).lstrip(), font)]
    return [Line(line.lstrip(), font, MARGIN + (place * LEADING + ASCENT) * size) for place, line in enumerate(lines)]


def _in_font(text: str, size: int) -> tuple[str, Font]:
    """Return what is drawn of a text, and in which font."""
    face = face_of(text)
    if face is None:
        raise ValueError(f"No font has all letters of {text!r}: look at `can_be_drawn` first.")
    return face.drawable(text), sized(face, size)


def _wrapped(text: str, font: Font) -> Iterator[str]:
    """Yield the lines of a text, broken before a blank or where it may be, or within a word that is wider than the picture."""
    pieces = PIECE.findall(text)
    while pieces:
        if not _fitting(pieces, font):
            end = max(1, _fitting(pieces[0], font))
            pieces[:1] = pieces[0][:end], pieces[0][end:]
        count = max(1, _fitting(pieces, font))
        yield "".join(pieces[:count])
        del pieces[:count]


def _shortened(text: str, font: Font) -> str:
    """Return a text, or as much of it as fits into a line, with an ellipsis."""
    if _width(text, font) <= LINE:
        return text
    parts = PIECE.findall(text)
    parts = parts if _fitting(parts, font, " …") else list(text)
    return "".join(parts[: _fitting(parts, font, " …")]) + " …"


def _fitting(parts: Sequence[str], font: Font, end: str = "") -> int:
    """Return how many of the first parts of a text fit into a line, with its end."""
    return bisect_right(range(1, len(parts) + 1), LINE, key=lambda count: _width("".join(parts[:count]) + end, font))


def _width(text: str, font: Font) -> float:
    return font.getlength(text.lstrip())
