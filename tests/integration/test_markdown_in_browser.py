"""Everything Markdown can do, as Chromium shows it: code, formulas, headings, contents, pictures, what is embedded."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.support.page_kinds import POSTS

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

EVERYTHING = next(kind for kind in POSTS if kind.name == "post with everything")
MATHML = "http://www.w3.org/1998/Math/MathML"


@pytest.fixture
def post(tab: Page, sample_server: LiveServer) -> Page:
    tab.goto(EVERYTHING.on(sample_server))
    return tab


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_code_is_coloured(post: Page, scheme: str) -> None:
    """A keyword, a name, a string, a number and a remark each in a colour of its own."""
    post.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    colours = [
        post.locator(f"pre {kind}").first.evaluate("one => getComputedStyle(one).color")
        for kind in (".k", ".f", ".s", ".m", ".c")
    ]
    assert len({*colours, post.locator("pre").first.evaluate("one => getComputedStyle(one).color")}) == 6


def test_code_is_copied_as_it_was_written(post: Page) -> None:
    post.locator("pre").first.evaluate("one => getSelection().selectAllChildren(one)")
    copied = post.evaluate("getSelection().toString()")
    assert copied.splitlines()[:2] == [
        "def neighbours(rank: int, ids: list[int]) -> tuple[int | None, int | None]:",
        '    """The notes before and after a place in an order."""',
    ]


@pytest.mark.parametrize("wide", ["pre", ".wide:has(table)"])
def test_what_is_too_wide_scrolls_by_keyboard(post: Page, wide: str) -> None:
    post.set_viewport_size({"width": 320, "height": 800})
    box = post.locator(f".prose {wide}").first
    assert box.evaluate("one => one.scrollWidth > one.clientWidth")
    box.focus()
    assert box.evaluate("one => one == document.activeElement && one.matches(':focus-visible')")
    post.keyboard.press("ArrowRight")
    expect(box).not_to_have_js_property("scrollLeft", 0)


def test_formulas_are_mathml(post: Page) -> None:
    formulas = post.locator(".prose math")
    assert formulas.count() >= 3
    assert set(formulas.evaluate_all("all => all.map(one => one.namespaceURI)")) == {MATHML}
    assert set(formulas.evaluate_all("all => all.map(one => one.getAttribute('display'))")) == {None, "block"}
    assert formulas.evaluate_all("all => all.every(one => one.getBoundingClientRect().height > 5)")


def test_abbreviations_say_what_they_stand_for(post: Page) -> None:
    assert post.locator("abbr").first.get_attribute("title") == "Domain Name System"


def test_contents_lead_to_every_heading_and_each_leads_to_itself(post: Page) -> None:
    headings = post.locator(".prose h2").evaluate_all("all => all.map(one => '#' + one.id)")
    assert (
        post.locator("nav.contents >> nth=0 >> a").evaluate_all("all => all.map(one => one.getAttribute('href'))") == headings
    )
    assert post.locator(".prose h2 > a").evaluate_all("all => all.map(one => one.getAttribute('href'))") == headings
    post.locator("nav.contents >> nth=0 >> a").last.click()
    assert post.evaluate("document.querySelector(':target').getBoundingClientRect().top < innerHeight")


def test_what_is_embedded_is_a_picture_that_leads_to_it(tab: Page, sample_server: LiveServer) -> None:
    """Nothing is fetched from elsewhere for it, and nothing jumps once it is there."""
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(EVERYTHING.on(sample_server))
    link = tab.get_by_role("link", name="Big Buck Bunny, an animated film")
    link.scroll_into_view_if_needed()
    assert link.get_attribute("href") == "https://www.youtube.com/watch?v=aqz-KE-bpKQ"
    image = link.locator("img")
    expect(image).not_to_have_js_property("naturalWidth", 0)
    assert image.evaluate("one => [one.width / one.height > 1.7, one.loading, one.alt]") == [True, "lazy", ""]
    assert [address for address in asked if not address.startswith(f"http://{EVERYTHING.host}:")] == []


def test_pictures_keep_their_place(tab: Page, sample_server: LiveServer) -> None:
    """Each has its size before it is there."""
    tab.route("**/*.{webp,avif,png,jpg,svg}", lambda route: route.abort())
    tab.goto(EVERYTHING.on(sample_server))
    sizes = tab.locator(".prose img").evaluate_all(
        "all => all.map(one => one.getAttribute('width') && one.getAttribute('height'))"
    )
    assert sizes
    assert all(sizes)
