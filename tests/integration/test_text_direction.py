"""How long words and other directions look in a browser: nothing is too wide, and each text runs its own way."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import override_settings
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.support.sample_sites import DEMO, LONG

pytestmark = pytest.mark.django_db

SMALL = {"width": 320, "height": 800}  # pixels
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"  # pixels
DIRECTION = "element => getComputedStyle(element).direction"
PLACE = """element => {
  const range = document.createRange();
  range.selectNodeContents(element);
  const text = range.getBoundingClientRect(), box = element.getBoundingClientRect();
  return [text.left - box.left > 1, box.right - text.right > 1];
}"""  # whether there is room before its text, and after it
PAGES = (
    "/",
    "/tags/reading/?year=2019",
    "/start-here/?in=reading",
    "/tags/",
    "/tags/redaing+xyzzy+reading/",
    "/signup/",
    "/feeds/",
)


@pytest.fixture
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with override_settings(LANGUAGES=[*settings.LANGUAGES, ("he", "Hebrew")], LANGUAGE_CODE=request.param):
        yield request.param


@pytest.mark.parametrize("language", ["de", "he"], indirect=True)
@pytest.mark.parametrize("path", PAGES)
def test_page_in_another_language_is_not_too_wide(tab: Page, sample_server: LiveServer, language: str, path: str) -> None:
    tab.set_viewport_size(SMALL)  # type: ignore[arg-type]
    tab.goto(f"http://{DEMO}:{sample_server.thread.port}{path}")
    assert tab.locator("html").get_attribute("lang") == language
    assert tab.evaluate(TOO_WIDE) == 0


@pytest.mark.parametrize("language", ["he"], indirect=True)
def test_page_from_right_to_left_begins_at_the_right(tab: Page, sample_server: LiveServer, language: str) -> None:
    tab.goto(f"http://{DEMO}:{sample_server.thread.port}/start-here/")
    aside, main = tab.locator("aside").bounding_box(), tab.locator("main").bounding_box()
    assert aside is not None
    assert main is not None
    assert aside["x"] > main["x"] + main["width"]
    assert tab.locator(".prose.e-content").first.evaluate(DIRECTION) == "ltr"  # an English text


def test_title_and_text_from_right_to_left_begin_at_the_right(tab: Page, sample_server: LiveServer) -> None:
    tab.goto(f"http://{LONG}:{sample_server.thread.port}/tags/שלום/")
    card = tab.locator("article", has_text="שלום עולם")
    assert [card.locator(part).evaluate(PLACE) for part in ("h2", ".prose p", "p.meta >> nth=0")] == [
        [True, False],
        [True, False],
        [False, True],  # the date's line, in the site's language
    ]
    tab.goto(f"http://{LONG}:{sample_server.thread.port}/rtl/")
    assert [tab.locator(part).first.evaluate(DIRECTION) for part in ("h1", ".prose p", ".prose ol", ".meta")] == [
        *["rtl"] * 3,
        "ltr",
    ]
