"""The section Tags and the form of a stream in Chromium, by keyboard, as a Moderator; wide and narrow, in both languages."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer
from wagtail.users.models import UserProfile

from blog.models import PostPage, Tag, TagOperation
from tests.support.axe import violations
from tests.support.editors import leave, look, member_of, sign_in
from tests.support.factories import make_blog, make_post

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = ["button-name", "color-contrast", "label", "link-name", "aria-required-children", "aria-valid-attr-value", "list"]
SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 390, "height": 844}}


def speak(user: User, language: str) -> None:
    UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": language})


def test_tags_are_cared_for_by_keyboard(tab: Page, live_server: LiveServer, axe: str, settings: Any) -> None:
    settings.WAGTAIL_AUTOSAVE_INTERVAL = 0  # whose writes would meet the test's own database in the same moment
    blog = make_blog("127.0.0.1")
    make_post(blog, "color red")
    make_post(blog, "colour")
    Tag.objects.create(name="unused")
    user, keys = member_of("Moderators"), tab.keyboard
    sign_in(tab, live_server, user)
    admin = f"{live_server.url}/admin"
    tab.goto(f"{admin}/tags/{Tag.objects.get(slug='color').pk}/merge/")
    tab.get_by_role("combobox", name="Merge it into").focus()
    keys.type("Colour")
    expect(tab.get_by_role("option").first).to_contain_text("colour")
    keys.press("Enter")
    expect(tab.locator(".tag-field__chosen li span")).to_have_text(["colour"])
    tab.get_by_role("button", name="Continue").focus()
    keys.press("Enter")
    expect(tab.get_by_role("heading", name="What changes")).to_be_visible()
    look(tab, "tag-merge")
    assert violations(tab, axe, RULES) == []
    tab.get_by_role("button", name="Merge").focus()
    keys.press("Enter")
    expect(tab.get_by_text("Merged: color → colour")).to_be_visible()
    look(tab, "tag-merged")
    tab.get_by_role("button", name="Undo: Merged: color → colour").focus()
    keys.press("Enter")
    expect(tab.get_by_text("Undone: Merged: color → colour")).to_be_visible()
    assert TagOperation.objects.get().undone_at
    assert PostPage.objects.filter(tags__slug="color").count() == 1

    tab.goto(f"{admin}/snippets/blog/stream/add/")
    tab.locator("#id_name").focus()
    keys.type("Red")
    expect(tab.locator("#id_slug")).to_have_value("red")
    expect(tab.locator(".tag-field__chosen li span")).to_have_text(["red"])
    expect(tab.get_by_text("Readers find 1 note.")).to_be_visible()
    tab.get_by_role("combobox", name="Selection").focus()
    keys.type("-colo")
    expect(tab.get_by_role("option").first).to_contain_text("-color")
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(tab.get_by_text("Readers find 0 notes.")).to_be_visible()
    keys.type("nothing,")
    expect(tab.get_by_text("No note has the tag “nothing”.")).to_be_visible()
    look(tab, "stream-form")
    assert violations(tab, axe, RULES) == []

    pages = ["snippets/blog/tag/", "tags/near/", "tags/without-posts/", "tags/history/"]
    pages += [f"tags/{Tag.objects.get(slug='color').pk}/{name}/" for name in ("split", "alias", "delete")]
    for language in ("en", "de"):
        speak(user, language)
        for size, viewport in SIZES.items():
            tab.set_viewport_size(viewport)
            for page in pages:
                tab.goto(f"{admin}/{page}")
                look(tab, f"{size}-{language}-{page.strip('/').replace('/', '-')}")
                assert violations(tab, axe, RULES) == [], (page, size)
    leave(tab)
