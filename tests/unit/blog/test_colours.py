"""Whatever colour an editor chooses, links and buttons can be read on all that they stand on, in both schemes."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings

from blog.models.site_settings import INDIGO
from blog.theming import CONTRAST, DARK, LIGHT, Accents, accents, contrast, sheet

STEPS = range(0, 256, 51)
GRID = [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in product(STEPS, repeat=3)]
GROUNDS = ("paper", "wash", "line", "mark")


def tokens() -> list[dict[str, str]]:
    """The colours of the sheet: light, dark."""
    text = (Path(settings.ROOT) / "static" / "site.css").read_text()
    return [dict(re.findall(r"--(\w+): (#\w{6})", part)) for part in text.split("prefers-color-scheme: dark", 1)]


def test_every_colour_is_made_legible_on_every_ground() -> None:
    assert len(GRID) == 216
    unreadable = {
        (chosen, colour, ground)
        for chosen in GRID
        for colour, grounds in zip(accents(chosen), (LIGHT, DARK), strict=True)
        for ground in grounds
        if contrast(colour, ground) < CONTRAST
    }
    assert unreadable == set()


def test_grounds_are_those_of_the_sheet() -> None:
    light, dark = tokens()
    assert tuple(light[name] for name in GROUNDS) == LIGHT
    assert tuple(dark[name] for name in GROUNDS) == DARK


def test_accents_of_the_sheet_itself_are_legible() -> None:
    light, dark = tokens()
    assert light["accent"] == INDIGO
    assert min(contrast(light["accent"], ground) for ground in LIGHT) >= CONTRAST
    assert min(contrast(dark["accent"], ground) for ground in DARK) >= CONTRAST


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ("#a3312b", Accents("#a3312b", "#f69c91")),  # dark enough as it is
        ("#ffd700", Accents("#746100", "#f0d983")),
        ("#00ff00", Accents("#007100", "#a9e6a3")),
        ("#000000", Accents("#000000", "#b7b7b7")),
        ("#ffffff", Accents("#606060", "#ffffff")),
    ],
)
def test_colour_stays_as_near_as_can_be_read(chosen: str, expected: Accents) -> None:
    assert accents(chosen) == expected


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21), ("#ffffff", "#ffffff", 1), ("#767676", "#ffffff", 4.54), ("#777777", "#ffffff", 4.48)],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert round(contrast(one, other), 2) == round(contrast(other, one), 2) == ratio


def test_rules_give_each_scheme_its_colour() -> None:
    assert sheet("#a3312b") == (":root{--accent:#a3312b}@media screen and (prefers-color-scheme:dark){:root{--accent:#f69c91}}")
