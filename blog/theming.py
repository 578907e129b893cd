"""Accent colours with sufficient contrast: from an editor's colour, one for the light and one for the dark scheme. Pure.

Lightness, chroma and hue are OKLCH's (CSS Color 4, section 9.2): of all ways to make a colour darker this one keeps its hue
best. Contrast is WCAG 2.2's.
"""

import math
from functools import lru_cache
from typing import NamedTuple

CONTRAST = 4.5  # to 1: WCAG 2.2, success criterion 1.4.3, for text of any size
LIGHT = ("#fcfbf8", "#f3f0e9", "#e2ded6", "#f7e6a8")  # what links may stand on: the sheet's paper, wash, line and mark …
DARK = ("#16171a", "#1f2125", "#303238", "#54450f")  # … and the same in the dark scheme
DARK_LIGHTNESS, DARK_CHROMA = 0.78, 0.11  # where colours are pleasant on a dark page
STEP = 0.01  # of lightness: hardly more than anybody sees
EDGE = 1e-4  # of what rounding may carry out of the gamut
SRGB_TO_LMS = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
LMS_TO_LAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
LAB_TO_LMS = (
    (1.0, 0.3963377774, 0.2158037573),
    (1.0, -0.1055613458, -0.0638541728),
    (1.0, -0.0894841775, -1.2914855480),
)
LMS_TO_SRGB = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)

Three = tuple[float, float, float]


class Accents(NamedTuple):
    """A colour for each scheme, as `#rrggbb`."""

    light: str
    dark: str


class Colour(NamedTuple):
    """A colour by lightness (0 to 1), chroma and hue (radians)."""

    lightness: float
    chroma: float
    hue: float


def accents(chosen: str) -> Accents:
    """Return the colours nearest to the chosen one that have sufficient contrast on every background of links.

    >>> accents("#ffd700")
    Accents(light='#746100', dark='#f0d983')
    """
    lightness, chroma, hue = _read(chosen)
    dark = Colour(max(lightness, DARK_LIGHTNESS), min(chroma, DARK_CHROMA), hue)
    return Accents(_legible(Colour(lightness, chroma, hue), LIGHT, -STEP), _legible(dark, DARK, STEP))


@lru_cache(100)
def sheet(chosen: str) -> str:
    """Return the CSS rules that replace the style sheet's accent by this one."""
    light, dark = accents(chosen)
    return f":root{{--accent:{light}}}@media screen and (prefers-color-scheme:dark){{:root{{--accent:{dark}}}}}"


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _legible(colour: Colour, backgrounds: tuple[str, ...], step: float) -> str:
    """Return a colour made lighter or darker until its contrast on all backgrounds suffices; at last black or white."""
    while 0 < colour.lightness < 1:
        written = _write(colour)
        if min(contrast(written, background) for background in backgrounds) >= CONTRAST:
            return written
        colour = colour._replace(lightness=colour.lightness + step)
    return "#000000" if step < 0 else "#ffffff"


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(colour: str) -> Three:
    """Return linear red, green and blue, each from 0 to 1."""
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return _light(red), _light(green), _light(blue)


def _light(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _value(light: float) -> float:
    return light * 12.92 if light <= 0.0031308 else float(1.055 * light ** (1 / 2.4) - 0.055)


def _read(colour: str) -> Colour:
    red, green, blue = _times(SRGB_TO_LMS, _linear(colour))
    lightness, a, b = _times(LMS_TO_LAB, (math.cbrt(red), math.cbrt(green), math.cbrt(blue)))
    return Colour(lightness, math.hypot(a, b), math.atan2(b, a))


def _write(colour: Colour) -> str:
    """Return a colour as `#rrggbb`; outside the sRGB gamut, with the greatest chroma inside for its lightness and hue."""
    least, most = 0.0, colour.chroma
    if _is_shown(_to_linear(colour)):
        least = most
    while most - least > EDGE:
        middle = (least + most) / 2
        least, most = (middle, most) if _is_shown(_to_linear(colour._replace(chroma=middle))) else (least, middle)
    shown = _to_linear(colour._replace(chroma=least))
    return "#" + "".join(f"{round(_value(min(max(light, 0.0), 1.0)) * 255):02x}" for light in shown)


def _is_shown(linear: Three) -> bool:
    return all(-EDGE <= light <= 1 + EDGE for light in linear)


def _to_linear(colour: Colour) -> Three:
    lab = colour.lightness, colour.chroma * math.cos(colour.hue), colour.chroma * math.sin(colour.hue)
    long, middle, short = _times(LAB_TO_LMS, lab)
    return _times(LMS_TO_SRGB, (long**3, middle**3, short**3))


def _times(matrix: tuple[Three, Three, Three], vector: Three) -> Three:
    """Multiply a matrix by a vector."""
    one, two, three = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return one, two, three
