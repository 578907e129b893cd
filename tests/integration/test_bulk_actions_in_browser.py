"""The bar of bulk actions below the listing of posts in Chromium: all of it in sight, wide and narrow, in both languages."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer
from wagtail.users.models import UserProfile

from tests.support.axe import violations
from tests.support.editors import leave, look, member_of, sign_in
from tests.support.factories import make_blog, make_posts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 390, "height": 844}}
CHOSEN = {"en": "All 50 pages on this screen selected", "de": "Alle 50 Seiten auf dem Bildschirm ausgewählt"}
CUT_OFF = """bar => [...bar.querySelectorAll('a, button')].filter(button => button.offsetParent).filter(button => {
    const { left, right, top, bottom } = button.getBoundingClientRect();
    return left < 0 || right > innerWidth || top < 0 || bottom > innerHeight || button.scrollWidth > button.clientWidth;
}).map(button => button.textContent.trim())"""

TOUCHING = """form => [...form.querySelectorAll('.button')].filter(one => [...form.querySelectorAll('.button')].some(other => {
    const [above, below] = [one, other].map(button => button.getBoundingClientRect());
    return one !== other && Math.abs(above.bottom - below.top) < 3 && above.left < below.right && below.left < above.right;
})).map(button => button.textContent.trim())"""


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "de"])
def test_bar_of_bulk_actions_is_all_in_sight(tab: Page, live_server: LiveServer, axe: str, language: str, size: str) -> None:
    make_posts(make_blog("127.0.0.1"), ["a"] * 51)  # two pages
    user = member_of("Moderators")
    UserProfile.objects.create(user=user, preferred_language=language)
    sign_in(tab, live_server, user)
    tab.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
    tab.goto(f"{live_server.url}/admin/posts/")
    tab.locator("thead input[type=checkbox]").focus()
    tab.keyboard.press("Space")
    everything = tab.locator("[data-bulk-action-num-objects-in-listing]")
    expect(everything).to_be_visible()
    bar = tab.locator("[data-bulk-action-footer]")
    expect(tab.locator("main > [role=status]")).to_have_text(CHOSEN[language])
    bar.evaluate("bar => Promise.all(bar.getAnimations().map(animation => animation.finished))")
    assert bar.evaluate(CUT_OFF) == []
    assert bar.locator("a").count() > 3
    look(tab, f"bulk-actions-{language}-{size}")
    assert violations(tab, axe, ["color-contrast", "target-size", "button-name", "link-name"]) == []
    bar.get_by_role("button", name={"en": "More", "de": "Mehr"}[language], exact=True).press("Enter")
    unpublish = bar.locator("[data-bulk-action-button][href$='/unpublish/']")
    expect(unpublish).to_be_visible()
    unpublish.press("Enter")  # before the animation ends
    expect(tab.locator("main form .button")).to_have_count(2)
    assert tab.locator("main form").evaluate(TOUCHING) == []
    assert len(parse_qs(urlsplit(tab.url).query)["id"]) == 50
    leave(tab)
