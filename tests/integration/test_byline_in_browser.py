"""The authors of a post in Chromium: chosen, exchanged, put in another order and removed, as a member of the Moderators."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from blog.models import PostPage
from tests.support.axe import violations
from tests.support.editors import leave, look, member_of, sign_in
from tests.support.factories import make_author, make_blog, make_post

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = ".byline__item:not(.deleted) .byline__name"


def test_authors_are_chosen_moved_and_removed(tab: Page, live_server: LiveServer, axe: str, settings: Any) -> None:
    settings.WAGTAIL_AUTOSAVE_INTERVAL = 0  # whose writes would meet the test's own database in the same moment
    ada, *_others = (make_author(handle) for handle in ("ada", "bob", "eve"))
    post = make_post(make_blog("127.0.0.1"), "a", authors=[ada])
    sign_in(tab, live_server, member_of("Moderators"))
    tab.goto(f"{live_server.url}/admin/pages/{post.pk}/edit/")
    names, keys = tab.locator(NAMES), tab.keyboard
    expect(names).to_have_text(["Ada"])
    tab.get_by_role("button", name="Add author").focus()
    keys.press("Enter")
    for name in ("Bob", "Eve"):
        tab.get_by_role("checkbox", name=name).check()
    tab.get_by_role("button", name="Confirm selection").click()
    expect(names).to_have_text(["Ada", "Bob", "Eve"])
    expect(tab.locator(".modal")).to_have_count(0)  # while it fades it holds the focus
    tab.get_by_role("button", name="Move up").nth(2).focus()
    keys.press("Enter")
    expect(names).to_have_text(["Ada", "Eve", "Bob"])
    tab.get_by_role("button", name="Choose another author").first.click()
    tab.get_by_role("link", name="Bob").click()
    expect(names).to_have_text(["Bob", "Eve", "Bob"])
    tab.get_by_role("button", name="Delete", exact=True).nth(2).click()
    expect(names).to_have_text(["Bob", "Eve"])
    look(tab, "byline")
    assert violations(tab, axe, ["button-name", "link-name", "color-contrast", "target-size", "aria-valid-attr-value"]) == []
    tab.get_by_role("button", name="Publish", exact=True).click()
    expect(tab.get_by_text("has been published").first).to_be_visible()
    leave(tab)
    assert [author.handle for author in PostPage.objects.get().authors] == ["bob", "eve"]
