"""Draw docs/screenshot.png, and docs/pages.png with every kind of page: `python -m pytest tests/support/screenshots.py`.

No test of the site, so not among those that pytest collects by itself.
"""

import base64
from html import escape
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.support.page_kinds import Kind, kinds

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

DOCS = Path(__file__).parents[2] / "docs"
MOST_SCREENSHOT, MOST_SHEET = 150_000, 400_000  # bytes
WIDE, MIDDLE, NARROW = (1280, 840), (768, 840), (320, 800)  # CSS pixels
STYLE = """
body { margin: 16px; width: 1600px; background: #d8d5ce; font: 13px/1.4 sans-serif }
div { display: flex; flex-wrap: wrap; gap: 14px 12px }
figure { margin: 0 } figcaption { color: #333; margin-bottom: 3px } img { display: block }
"""


class Shot(NamedTuple):
    """A kind of page as it is drawn."""

    kind: str
    scheme: str = "light"
    size: tuple[int, int] = WIDE
    media: str = "screen"
    forced: str = "none"
    letters: str = "100%"

    @property
    def caption(self) -> str:
        words = {
            "dark": self.scheme == "dark",
            "on paper": self.media == "print",
            "forced colours": self.forced == "active",
            f"letters at {self.letters}": self.letters != "100%",
        }
        return ", ".join([self.kind, *(word for word, said in words.items() if said)])


SHEET = (
    *map(Shot, ("listing", "two tags, without a third", "listing, with contents", "listing, full with contents")),
    *map(Shot, ("post with everything", "post, from a selection", "month of a tag", "search")),
    *map(Shot, ("search, nothing found", "post with a link", "plain page", "no page")),
    *map(Shot, ("tags", "streams", "feeds", "author")),
    *map(Shot, ("nothing yet", "no note has all", "unknown tags", "too many tags")),
    *map(Shot, ("sign-up for an unknown tag", "sent", "confirm", "manage")),
    *map(Shot, ("very many notes", "the only note", "posts to start with", "own name, colour and footer")),
    *map(Shot, ("post with comments", "comment", "post with a picture, and others related", "latest comments")),
    *map(Shot, ("failure", "password", "right to left", "long post")),
    *(Shot(kind, "dark") for kind in ("listing", "post with everything", "tags", "sign-up for tags")),
    Shot("two tags, without a third", forced="active"),
    Shot("listing", letters="200%"),
    Shot("post with everything", media="print"),
    Shot("very many tags"),
    *(Shot(kind, size=MIDDLE) for kind in ("listing", "post with everything", "streams", "search")),
    *(Shot(kind, "dark", size=MIDDLE) for kind in ("year", "post with a link")),
    *(Shot(kind, size=NARROW) for kind in ("listing", "two tags, without a third", "post with everything", "long post")),
    *(Shot(kind, size=NARROW) for kind in ("tags", "sign-up", "long selection", "unknown tag")),
    *(Shot(kind, "dark", size=NARROW) for kind in ("listing", "manage")),
)


def draw(browser: Browser, address: str, shot: Shot) -> bytes:
    """A picture of the upper part of a page."""
    width, height = shot.size
    with browser.new_context(viewport={"width": width, "height": height}, locale="en-GB") as context:
        tab = context.new_page()
        tab.emulate_media(media=shot.media, color_scheme=shot.scheme, forced_colors=shot.forced)  # type: ignore[arg-type]
        tab.goto(address)
        tab.evaluate("size => document.documentElement.style.fontSize = size", shot.letters)
        tab.evaluate("document.activeElement.blur()")
        return tab.screenshot()


def keep(picture: bytes, path: Path, colours: int, most: int) -> None:
    """Write a PNG of few colours."""
    drawn = BytesIO()
    Image.open(BytesIO(picture)).convert("RGB").quantize(colours, kmeans=1, dither=Image.Dither.NONE).save(
        drawn, "PNG", optimize=True
    )
    assert len(drawn.getvalue()) <= most, f"{path} would have {len(drawn.getvalue())} bytes."
    path.write_bytes(drawn.getvalue())


def figure(shot: Shot, picture: bytes) -> str:
    width = {WIDE: 388, MIDDLE: 254, NARROW: 149}[shot.size]  # pixels: four to a row, six, or ten
    encoded = base64.b64encode(picture).decode()
    return (
        f"<figure style='width:{width}px'><figcaption>{escape(shot.caption)}</figcaption>"
        f"<img width={width} src='data:image/png;base64,{encoded}'></figure>"
    )


def test_screenshot_is_drawn(browser: Browser, sample_server: LiveServer) -> None:
    kind = next(kind for kind in kinds() if kind.name == "two tags, without a third")
    keep(draw(browser, kind.on(sample_server), Shot(kind.name)), DOCS / "screenshot.png", 128, MOST_SCREENSHOT)


def test_sheet_of_pages_is_drawn(browser: Browser, sample_server: LiveServer) -> None:
    places: dict[str, Kind] = {kind.name: kind for kind in kinds()}
    figures = "".join(figure(shot, draw(browser, places[shot.kind].on(sample_server), shot)) for shot in SHEET)
    with browser.new_context(viewport={"width": 1632, "height": 800}) as context:
        tab = context.new_page()
        tab.set_content(f"<!doctype html><style>{STYLE}</style><div>{figures}</div>")
        keep(tab.screenshot(full_page=True), DOCS / "pages.png", 32, MOST_SHEET)
