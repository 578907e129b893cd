"""The field of a text in Chromium, by keyboard, as a member of the Moderators; and Wagtail's checks beside it."""

import base64
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer
from wagtail.images import get_image_model
from wagtail.models import Site

from blog.models import PostPage
from tests.support.axe import violations
from tests.support.editors import leave, look, member_of, sign_in
from tests.support.factories import FIRST_DAY, make_blog, make_post
from tests.support.images import png

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = ".text-field [role=textbox]"
PASTE = """(field, encoded) => {
    const bytes = Uint8Array.from(atob(encoded), (sign) => sign.charCodeAt(0))
    const clipboardData = new DataTransfer()
    clipboardData.items.add(new File([bytes], "boat.png", {type: "image/png"}))
    field.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}))
}"""


def test_text_is_written_by_keyboard(tab: Page, live_server: LiveServer, axe: str, media: Path, settings: Any) -> None:
    settings.WAGTAIL_AUTOSAVE_INTERVAL = 0  # whose writes would meet the test's own database in the same moment
    blog = make_blog()
    server = urlsplit(live_server.url)
    Site.objects.update(hostname=server.hostname, port=server.port)  # where previews find their scripts
    other = make_post(blog, "tag", title="The [other] one", published=FIRST_DAY)
    sign_in(tab, live_server, member_of("Moderators"))
    tab.goto(f"{live_server.url}/new?title=By+keyboard&tags=tag")
    text = tab.locator(TEXT).first
    expect(text).to_have_accessible_name("Text")
    text.focus()
    keys = tab.keyboard

    keys.type("See [[oth")
    expect(tab.locator(".text-field__posts [role=option]")).to_have_text(["The [other] one (1 January 2018)"])
    status = tab.locator(".text-field [role=status]").first
    expect(status).to_have_text("Posts to link to, with the arrow keys: 1. The [other] one (1 January 2018)")
    keys.type("x")
    expect(status).to_have_text("No post has that in its title.")
    keys.press("Backspace")
    expect(tab.get_by_role("option", selected=True)).to_be_visible()
    tab.set_viewport_size({"width": 390, "height": 800})  # where Wagtail's menu hears Escape too
    keys.press("Escape")
    expect(tab.get_by_role("option")).to_have_count(0)
    expect(text).to_be_focused()
    tab.set_viewport_size({"width": 1280, "height": 800})
    keys.press("Backspace")
    expect(tab.get_by_role("option", selected=True)).to_be_visible()
    keys.press("Enter")
    link = rf"[The \[other\] one](page:{other.pk})"
    expect(tab.locator("#id_body")).to_have_value(f"See {link}")

    tab.locator("#id_title").focus()  # as where a picture is dropped
    text.evaluate(PASTE, base64.b64encode(png("boat.png").read()).decode())
    expect(tab.get_by_role("dialog", name="Add a picture")).to_be_visible()
    keys.press("Enter")
    expect(tab.locator(".text-field__fault")).to_have_text("Write what the picture says, or tick the box.")
    keys.type("A boat")
    look(tab, "text-upload")
    keys.press("Enter")
    expect(tab.get_by_role("dialog", name="Add a picture")).to_be_hidden()
    image = get_image_model().objects.get()
    expect(tab.locator("#id_body")).to_have_value(f"See {link}![A boat](image:{image.pk})")

    expect(text).to_be_focused()
    keys.press("Shift+Tab")  # to the toolbar, of which Tab reaches one button
    bold = tab.get_by_role("button", name="Bold (Ctrl-B)")
    expect(bold).to_be_focused()
    expect(bold).to_have_attribute("aria-pressed", "false")
    keys.press("ArrowLeft")
    expect(tab.get_by_role("button", name="What Markdown can do")).to_be_focused()
    keys.press("Home")
    keys.press("Tab")
    expect(text).to_be_focused()
    keys.press("Tab")  # leaves the text
    expect(text).not_to_be_focused()

    button = tab.get_by_role("button", name="Picture", exact=True)
    for key in ("Escape", "Enter"):  # the first leaves the picture out, the second takes it
        button.focus()
        keys.press("Enter")
        tab.get_by_role("link", name="boat").click()
        alt = tab.get_by_role("dialog", name="Insert image").get_by_label("Alternative text")
        expect(alt).to_be_focused()
        alt.fill("")
        keys.press("Enter")
        expect(alt).to_have_accessible_description(re.compile("Please add some alt text for your image"))
        expect(alt).to_be_focused()
        alt.fill("A boat")
        expect(tab.locator(".modal")).not_to_contain_text("ormat")  # which Markdown does not have
        look(tab, "text-image-chosen")
        keys.press(key)
        expect(button if key == "Escape" else text).to_be_focused()
        expect(tab.locator(".modal")).to_have_count(0)
    picture = f"![A boat](image:{image.pk})"
    expect(tab.locator("#id_body")).to_have_value(f"See {link}{picture * 2}")
    keys.press("ControlOrMeta+End")
    keys.type("\n\n> quoted")
    expect(tab.get_by_role("button", name="Quotation")).to_have_attribute("aria-pressed", "true")
    keys.type(" <b title='by Ada'>in bold</b>")

    tab.get_by_role("button", name="Toggle checks").click()
    checks = tab.locator("[data-side-panel=checks]")
    expect(checks).to_contain_text("The post has no summary")
    expect(checks).not_to_contain_text("The post has no tags")
    look(tab, "text-checks")
    assert violations(tab, axe) == []  # last, since Wagtail's checks hear the messages of another axe
    tab.get_by_role("button", name="Publish", exact=True).click()
    expect(tab.get_by_text("Page 'By keyboard' created and published").first).to_be_visible()
    leave(tab)
    assert PostPage.objects.get(slug="by-keyboard").body.startswith(f"See {link}{picture * 2}")


def test_posts_that_are_found_too_late_are_not_offered(tab: Page, live_server: LiveServer, settings: Any) -> None:
    settings.WAGTAIL_AUTOSAVE_INTERVAL = 0
    make_blog()
    sign_in(tab, live_server, member_of("Moderators"))
    tab.goto(f"{live_server.url}/new?title=Late")
    asked = re.compile(r"[?]q=late$")
    tab.route(asked, lambda _route: None)
    with tab.expect_request(asked):
        tab.locator(TEXT).first.press_sequentially("[[late")
    with tab.expect_event("requestfailed", lambda request: bool(asked.search(request.url))):
        tab.locator("#id_title").focus()
