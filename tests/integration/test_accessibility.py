"""Every kind of page and its states in Chromium: by axe-core, by keyboard, narrow, enlarged, in forced colours, on paper."""

from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.support.axe import further_violations
from tests.support.browser import TIMEOUT
from tests.support.page_kinds import VERY_MANY, Kind, kinds

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

WIDTHS = (320, 768, 1280)  # CSS pixels
LAYOUTS = (320, 1280)  # one width for each layout of the sheet, which has one breakpoint
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WRONG = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Wrong</title><style>
html { color: #000; background: #fff } .wide { display: none }
@media (min-width: 800px) { .wide { display: block; color: #ddd } .both { color: #eee } }
@media (prefers-color-scheme: dark) { html { color: #fff; background: #000 } .both { color: #111 } }
</style><main><h1>Wrong</h1><img src="data:,"><p class="both">In both</p><p class="wide">In one</p></main></html>"""
NARROW, LOW = 320, 256  # what 1280 × 1024 is at 400 % (WCAG 1.4.10)
BY_KEYBOARD = (
    "listing",
    "two tags, without a third",
    "listing, with contents",
    "tags",
    "post with everything",
    "post, from a selection",
    "unknown tag",
    "sign-up",
    "manage",
    "password",
    "long post",
    "post with comments",
    "comment",
    "very many notes of a tag",
    "search, nothing found",
    "posts to start with",
    "post with a picture, and others related",
    "streams",
    "leave",
)
# Each control that a keyboard must reach, in the order of the source, as a short name.
CONTROLS = """() => {
    window.short = one => `${one.localName} ${one.getAttribute("href") || one.name || one.textContent.slice(0, 40)}`
    const all = document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")
    return [...all].filter(element => element.checkVisibility()).map(short)
}"""
# Notes what the keyboard reaches, and whether the focus can be seen there.
NOTING = """() => {
    window.reached = []
    addEventListener("focusin", ({target}) => {
        const {outlineStyle, outlineWidth} = getComputedStyle(target), box = target.getBoundingClientRect()
        const seen = outlineStyle != "none" && parseFloat(outlineWidth) >= 2 && box.width > 0 && box.left >= 0
        reached.push(seen ? short(target) : `unseen: ${short(target)}`)
    })
}"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"  # pixels


@pytest.fixture(scope="module")
def places(sample_server: LiveServer) -> dict[str, Kind]:
    """Every kind of page, by its name."""
    return {kind.name: kind for kind in kinds()}


@dataclass
class Found:
    """What is wrong with pages, by their names and how they are shown."""

    by_axe: dict[tuple[str, int, str], Any] = field(default_factory=dict)  # width in pixels, colour scheme
    too_wide: dict[tuple[str, int, str], int] = field(default_factory=dict)  # width in pixels, size of letters


@pytest.fixture(scope="module")
def found(browser: Browser, sample_server: LiveServer, places: dict[str, Kind], axe: str) -> Found:
    """What is wrong with every kind of page, each loaded once.

    axe judges the light scheme by every rule; the dark one by those of colour, since nothing else differs.
    """
    found, judged = Found(), list[str]()
    with browser.new_context(locale="en-GB") as context:
        context.set_default_timeout(TIMEOUT)
        context.add_init_script(axe)
        tab = context.new_page()
        for kind in places.values():
            tab.goto(kind.on(sample_server))
            for scheme in SCHEMES:
                tab.emulate_media(color_scheme=scheme)
                for width in LAYOUTS if kind != VERY_MANY else LAYOUTS[:1]:  # it takes long, and is the page of tags once more
                    tab.set_viewport_size({"width": width, "height": 800})
                    wrong = further_violations(tab, axe, judged, colours_only=scheme == "dark")
                    found.by_axe[kind.name, width, scheme] = wrong
            for size in ("100%", "200%"):
                tab.evaluate("size => document.documentElement.style.fontSize = size", size)
                for width in (NARROW, 1280, 1600):
                    tab.set_viewport_size({"width": width, "height": LOW})
                    found.too_wide[kind.name, width, size] = tab.evaluate(TOO_WIDE)
    return found


def test_axe_finds_nothing(found: Found) -> None:
    assert {place: wrong for place, wrong in found.by_axe.items() if wrong} == {}


def test_what_axe_should_find_is_found(tab: Page, axe: str) -> None:
    """Wrong in one layout alone, and in one scheme alone."""
    tab.set_content(WRONG)
    judged, found = list[str](), {}
    for scheme in SCHEMES:
        tab.emulate_media(color_scheme=scheme)
        for width in LAYOUTS:
            tab.set_viewport_size({"width": width, "height": 800})
            found[scheme, width] = further_violations(tab, axe, judged, colours_only=scheme == "dark")
    assert {place: [(rule, len(nodes)) for rule, nodes in wrong] for place, wrong in found.items()} == {
        ("light", 320): [("image-alt", 1)],
        ("light", 1280): [("image-alt", 1), ("color-contrast", 2)],
        ("dark", 320): [("color-contrast", 1)],
        ("dark", 1280): [],
    }


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("sign-up", {"email": "ada@exmaple"}),
        ("sign-up", {"email": "ada@gmial.com", "tags": "redaing"}),
        ("manage", {"tags": "redaing"}),
        ("comment", {"email": "ada@gmial.com", "text": " "}),
        ("sign in", {"username": "nobody", "password": "guess"}),
        ("password", {"password": "guess"}),
    ],
)
def test_axe_finds_nothing_where_a_form_is_refused(
    tab: Page, sample_server: LiveServer, places: dict[str, Kind], axe: str, name: str, wrong: dict[str, str]
) -> None:
    tab.goto(places[name].on(sample_server))
    for entry, value in wrong.items():
        tab.locator(f"[name={entry}]").first.fill(value)
    tab.locator("main form button").first.click()
    expect(tab.locator(".error").first).to_be_visible()
    judged = list[str]()
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 800})
        assert further_violations(tab, axe, judged) == []
        assert tab.evaluate(TOO_WIDE) <= 0


def test_keyboard_reaches_everything_and_shows_where_it_is(
    tab: Page, sample_server: LiveServer, places: dict[str, Kind]
) -> None:
    controls, reached = {}, {}
    for name in BY_KEYBOARD:
        tab.goto(places[name].on(sample_server))
        tab.evaluate("document.activeElement.blur()")  # some pages begin in a field
        controls[name] = tab.evaluate(CONTROLS)
        tab.evaluate(NOTING)
        tab.locator("body").press("Tab")
        within = 3 * tab.locator("input[type=date]").count()  # month, year and calendar are stops within the control
        for _stop in range(len(controls[name]) - 1 + within):
            tab.keyboard.press("Tab")
        reached[name] = tab.evaluate("reached")
    assert reached == controls


@pytest.mark.parametrize("width", WIDTHS)
def test_skip_link_leads_past_the_head(tab: Page, sample_server: LiveServer, places: dict[str, Kind], width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 800})
    tab.goto(places["listing"].on(sample_server))
    tab.keyboard.press("Tab")
    box = tab.locator(".skip:focus").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["y"] >= 0
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement == document.querySelector('main a')")


def test_nothing_is_wider_than_the_window(found: Found) -> None:
    """At 320 pixels and far more, with the letters as they are and at twice their size."""
    assert {place: pixels for place, pixels in found.too_wide.items() if pixels > 0} == {}


def test_forced_colours_leave_every_edge(tab: Page, sample_server: LiveServer, places: dict[str, Kind]) -> None:
    """What only a background would show is gone then: controls and chosen tags need a border."""
    tab.emulate_media(forced_colors="active")
    for name, selector in (("two tags, without a third", ".selection a"), ("sign-up", "input:visible, button")):
        tab.goto(places[name].on(sample_server))
        widths = tab.locator(f"main {selector}").evaluate_all("all => all.map(one => getComputedStyle(one).borderTopWidth)")
        assert set(widths) == {"1px"}, name


def test_paper_shows_the_text_alone_and_in_black(tab: Page, sample_server: LiveServer, places: dict[str, Kind]) -> None:
    tab.emulate_media(media="print", color_scheme="dark")
    tab.goto(places["post with everything"].on(sample_server))
    assert tab.locator("h1, .prose table, .prose math").evaluate_all("all => all.every(one => one.checkVisibility())")
    assert tab.locator("nav:visible, aside:visible, footer:visible, form:visible, .skip:visible").count() == 0
    colours = "one => [getComputedStyle(one).color, getComputedStyle(document.documentElement).backgroundColor]"
    assert tab.locator("h1").evaluate(colours) == ["rgb(0, 0, 0)", "rgba(0, 0, 0, 0)"]


@pytest.mark.parametrize("name", ["right to left"])
def test_text_from_right_to_left_begins_on_the_right(
    tab: Page, sample_server: LiveServer, places: dict[str, Kind], name: str
) -> None:
    tab.goto(places[name].on(sample_server))
    for selector in ("h1", ".prose p", ".prose ol"):
        assert tab.locator(f"main {selector}").first.evaluate("one => getComputedStyle(one).direction") == "rtl"


def test_nothing_moves_for_whoever_asks_for_stillness(tab: Page, sample_server: LiveServer, places: dict[str, Kind]) -> None:
    tab.emulate_media(reduced_motion="reduce")
    tab.goto(places["listing"].on(sample_server))
    moves = "all => all.map(one => getComputedStyle(one)).flatMap(one => [one.animationName, one.transitionDuration])"
    assert set(tab.locator("body, body *").evaluate_all(moves)) == {"none", "0s"}
