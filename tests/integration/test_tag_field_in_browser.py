"""The tag field in Chromium, by keyboard alone, as a member of the Editors."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from blog.models import PostPage, Tag
from blog.services.tags import merge
from tests.support.axe import violations
from tests.support.editors import leave, look, member_of, sign_in
from tests.support.factories import make_blog, make_post

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHOSEN = ".tag-field__chosen li span"
QUOTED = re.compile(r"q=%22no%22$")
HELP = re.compile(r"^Enter, Tab or a comma takes what was typed\..* becomes that tag\.$")
PASTE = """(field, text) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData("text", text)
    field.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}))
}"""


def test_tags_are_typed_by_keyboard(tab: Page, live_server: LiveServer, axe: str, settings: Any) -> None:
    settings.WAGTAIL_AUTOSAVE_INTERVAL = 0  # whose writes would meet the test's own database in the same moment
    blog = make_blog("127.0.0.1")
    make_post(blog, "writing-desk color")
    make_post(blog, "Writing")
    merge(Tag.objects.create(name="colour"), Tag.objects.get(name="color"))
    sign_in(tab, live_server, member_of("Editors"))
    tab.goto(f"{live_server.url}/admin/pages/add/blog/postpage/{blog.pk}/")
    tab.locator("#id_title").fill("By keyboard")
    field = tab.get_by_role("combobox", name="Tags")
    field.focus()
    chosen, keys = tab.locator(CHOSEN), tab.keyboard

    keys.type("writing")
    expect(tab.get_by_role("option")).to_have_text(["Writing 1 post", "writing-desk 1 post"])
    keys.press("Enter")  # while the suggestions are open
    keys.type("editing")
    keys.press("Enter")
    expect(chosen).to_have_text(["Writing", "editing"])  # the first as that tag is spelt
    keys.type("writ,Colour")
    keys.press("Tab")
    expect(chosen).to_have_text(["Writing", "editing", "writ", "color"])
    expect(tab.locator(".tag-field__note")).to_have_text("“Colour” is called “color” now.")
    expect(field).to_have_accessible_description(HELP)  # whose changes would be read out, beside what the status says
    keys.press("Backspace")
    expect(tab.locator(".tag-field [role=status]")).to_have_text("Removed: color.")
    keys.type("wri")
    expect(field).to_have_attribute("aria-expanded", "true")
    keys.press("ArrowDown")  # to the first that is not chosen yet
    expect(tab.get_by_role("option", selected=True)).to_have_text("writing-desk 1 post")
    look(tab, "tags-suggested")
    assert violations(tab, axe, ["aria-required-children", "aria-valid-attr-value", "color-contrast", "label"]) == []
    keys.press("Enter")
    field.evaluate(PASTE, "a b, c,\nWRITING")
    expect(chosen).to_have_text(["Writing", "editing", "writ", "writing-desk", "a b", "c"])
    tab.route(QUOTED, lambda _route: None)  # what is offered for it would come when it is refused already
    with tab.expect_request(QUOTED):
        keys.type('"no"')
    with tab.expect_event("requestfailed", lambda request: bool(QUOTED.search(request.url))):
        keys.press("Enter")
    expect(tab.locator(".tag-field__fault")).to_have_text("A tag’s name cannot have quotation marks.")
    expect(field).to_have_value('"no"')
    expect(field).to_have_accessible_error_message("A tag’s name cannot have quotation marks.")
    expect(field).to_have_accessible_description(HELP)
    expect(field).to_have_attribute("aria-invalid", "true")
    tab.set_viewport_size({"width": 390, "height": 800})  # where Wagtail's menu hears Escape too
    keys.press("Escape")
    expect(field).to_have_value("")
    expect(field).to_have_attribute("aria-invalid", "false")
    expect(field).to_be_focused()
    keys.press("Shift+Tab")  # to the button that removes the last
    expect(tab.get_by_role("button", name="Remove c", exact=True)).to_be_focused()
    keys.press("Enter")
    field.focus()
    keys.type("Writing")
    expect(tab.locator(".tag-field [role=status]")).to_have_text("Writing is chosen already.")
    keys.press("Escape")
    keys.type("left behind")
    keys.press("Tab")
    keys.press("Tab")  # leaves the empty field
    expect(field).not_to_be_focused()
    tab.get_by_role("button", name="Save draft").click()
    expect(tab.get_by_text("Page 'By keyboard' created").first).to_be_visible()
    leave(tab)
    names = [tag.name for tag in PostPage.objects.get(title="By keyboard").get_latest_revision_as_object().tags.all()]
    assert names == ["Writing", "editing", "writ", "writing-desk", "a b", "left behind"]
