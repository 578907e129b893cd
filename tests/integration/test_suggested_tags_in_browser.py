"""Suggested tags in Chromium, by keyboard and at the width of a phone, as a member of the Editors."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from blog.suggestions.stored import refresh
from tests.support.axe import violations
from tests.support.editors import leave, look, member_of, sign_in
from tests.support.factories import make_blog, make_post
from tests.unit.blog.suggestions.planted import planted_posts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_suggested_tags_are_added_by_the_editor_alone(
    tab: Page, live_server: LiveServer, axe: str, settings: Any, tmp_path: Path
) -> None:
    settings.WAGTAIL_AUTOSAVE_INTERVAL = 0  # whose writes would meet the test's own database in the same moment
    settings.VAR = tmp_path
    blog = make_blog("127.0.0.1")
    for post in planted_posts(12):
        make_post(blog, " ".join(post.tags), title=post.title, body=post.text)
    refresh()
    sign_in(tab, live_server, member_of("Editors"))
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto(f"{live_server.url}/admin/pages/add/blog/postpage/{blog.pk}/")
    tab.locator("#id_title").fill("Cooking with the tide, the mast, the jib and a buoy in the harbour")
    suggested = tab.locator(".tag-field__suggested li button")
    expect(suggested.first).to_be_visible()  # after a pause
    tab.get_by_role("button", name="Suggest tags").focus()
    tab.keyboard.press("Enter")
    expect(tab.locator(".tag-field [role=status]")).to_contain_text("Suggested below the field: ")
    cooking = suggested.filter(has_text="cooking")
    expect(cooking).to_contain_text("in the title")
    expect(tab.locator(".tag-field__chosen li")).to_have_count(0)  # none by itself
    cooking.scroll_into_view_if_needed()
    look(tab, "suggested-tags-390")
    assert violations(tab, axe, ["aria-allowed-role", "button-name", "color-contrast", "list", "target-size"]) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    cooking.focus()
    tab.keyboard.press("Enter")
    expect(tab.locator(".tag-field__chosen li span")).to_have_text(["cooking"])
    expect(cooking).to_have_count(0)
    leave(tab)
