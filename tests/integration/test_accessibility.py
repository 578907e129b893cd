"""Every kind of page and its states in Chromium: by axe-core, by keyboard, narrow, enlarged, in forced colours, on paper."""

from typing import Any

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.support.axe import COLOUR, violations
from tests.support.page_kinds import VERY_MANY, Kind, kinds

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

WIDTHS = (320, 768, 1280)  # CSS pixels
LAYOUTS = (320, 1280)  # one width for each layout of the sheet, which has one breakpoint
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


def test_axe_finds_nothing(tab: Page, sample_server: LiveServer, axe: str) -> None:
    """In the light scheme by every rule; in the dark one by those of colour, since nothing else differs."""
    found: dict[tuple[str, int, str], Any] = {}
    for kind in kinds():
        tab.goto(kind.on(sample_server))
        for width in LAYOUTS if kind != VERY_MANY else LAYOUTS[:1]:  # it takes long, and is the page of tags once more
            tab.set_viewport_size({"width": width, "height": 800})
            tab.emulate_media(color_scheme="light")
            found[kind.name, width, "light"] = violations(tab, axe)
            tab.emulate_media(color_scheme="dark")
            found[kind.name, width, "dark"] = violations(tab, axe, COLOUR)
    assert {place: wrong for place, wrong in found.items() if wrong} == {}


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
    tab: Page, sample_server: LiveServer, axe: str, name: str, wrong: dict[str, str]
) -> None:
    tab.goto(kind_of(name).on(sample_server))
    for field, value in wrong.items():
        tab.locator(f"[name={field}]").fill(value)
    tab.locator("main form button").first.click()
    assert tab.locator(".error").count() > 0
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 800})
        assert violations(tab, axe) == []
        assert tab.evaluate(TOO_WIDE) <= 0


def kind_of(name: str) -> Kind:
    return next(kind for kind in kinds() if kind.name == name)


@pytest.mark.parametrize("name", BY_KEYBOARD)
def test_keyboard_reaches_everything_and_shows_where_it_is(tab: Page, sample_server: LiveServer, name: str) -> None:
    tab.goto(kind_of(name).on(sample_server))
    tab.evaluate("document.activeElement.blur()")  # some pages begin in a field
    controls = tab.evaluate(CONTROLS)
    tab.evaluate(NOTING)
    tab.locator("body").press("Tab")
    for _control in controls[1:]:
        tab.keyboard.press("Tab")
    assert tab.evaluate("reached") == controls


@pytest.mark.parametrize("width", WIDTHS)
def test_skip_link_leads_past_the_head(tab: Page, sample_server: LiveServer, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 800})
    tab.goto(kind_of("listing").on(sample_server))
    tab.keyboard.press("Tab")
    box = tab.locator(".skip:focus").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["y"] >= 0
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement == document.querySelector('main a')")


def test_nothing_is_wider_than_the_window(tab: Page, sample_server: LiveServer) -> None:
    """At 320 pixels and far more, with the letters as they are and at twice their size."""
    found: dict[tuple[str, int, str], int] = {}
    for kind in kinds():
        tab.goto(kind.on(sample_server))
        for size in ("100%", "200%"):
            tab.evaluate("size => document.documentElement.style.fontSize = size", size)
            for width in (NARROW, 1280, 1600):
                tab.set_viewport_size({"width": width, "height": LOW})
                found[kind.name, width, size] = tab.evaluate(TOO_WIDE)
    assert {place: pixels for place, pixels in found.items() if pixels > 0} == {}


def test_forced_colours_leave_every_edge(tab: Page, sample_server: LiveServer) -> None:
    """What only a background would show is gone then: controls and chosen tags need a border."""
    tab.emulate_media(forced_colors="active")
    for name, selector in (("two tags, without a third", ".selection a"), ("sign-up", "input:visible, button")):
        tab.goto(kind_of(name).on(sample_server))
        widths = tab.locator(f"main {selector}").evaluate_all("all => all.map(one => getComputedStyle(one).borderTopWidth)")
        assert set(widths) == {"1px"}, name


def test_paper_shows_the_text_alone_and_in_black(tab: Page, sample_server: LiveServer) -> None:
    tab.emulate_media(media="print", color_scheme="dark")
    tab.goto(kind_of("post with everything").on(sample_server))
    assert tab.locator("h1, .prose table, .prose math").evaluate_all("all => all.every(one => one.checkVisibility())")
    assert tab.locator("nav:visible, aside:visible, footer:visible, form:visible, .skip:visible").count() == 0
    colours = "one => [getComputedStyle(one).color, getComputedStyle(document.documentElement).backgroundColor]"
    assert tab.locator("h1").evaluate(colours) == ["rgb(0, 0, 0)", "rgba(0, 0, 0, 0)"]


@pytest.mark.parametrize("name", ["right to left"])
def test_text_from_right_to_left_begins_on_the_right(tab: Page, sample_server: LiveServer, name: str) -> None:
    tab.goto(kind_of(name).on(sample_server))
    for selector in ("h1", ".prose p", ".prose ol"):
        assert tab.locator(f"main {selector}").first.evaluate("one => getComputedStyle(one).direction") == "rtl"


def test_nothing_moves_for_whoever_asks_for_stillness(tab: Page, sample_server: LiveServer) -> None:
    tab.emulate_media(reduced_motion="reduce")
    tab.goto(kind_of("listing").on(sample_server))
    moves = "all => all.map(one => getComputedStyle(one)).flatMap(one => [one.animationName, one.transitionDuration])"
    assert set(tab.locator("body, body *").evaluate_all(moves)) == {"none", "0s"}
