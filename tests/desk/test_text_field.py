"""The field of a text: choosers, pictures pasted and dropped, links by `[[`, the keyboard's way out, the cheat sheet."""

import base64

import pytest
from playwright.sync_api import Locator, expect
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from blog.models import PostPage
from tests.support.desk import Desk
from tests.support.images import png

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BODY = "#id_body"
# A picture on the clipboard, and one that is dropped: neither can come from outside the browser.
COPY = """async encoded => {
    const bytes = Uint8Array.from(atob(encoded), sign => sign.charCodeAt(0))
    await navigator.clipboard.write([new ClipboardItem({"image/png": new Blob([bytes], {type: "image/png"})})])
}"""
DROP = """(field, encoded) => {
    const bytes = Uint8Array.from(atob(encoded), sign => sign.charCodeAt(0)), dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File([bytes], "boot.png", {type: "image/png"}))
    field.dispatchEvent(new DragEvent("drop", {dataTransfer, bubbles: true, cancelable: true}))
}"""
END_OF_ANIMATION = "() => jQuery('.modal').trigger('focus').trigger('shown.bs.modal')"  # as Bootstrap does then
NOTE_PROGRESS = """progress => new MutationObserver(() => { if (!progress.hidden) progress.dataset.shown = "true" })
    .observe(progress, {attributeFilter: ["hidden"]})"""


def text_of(desk: Desk) -> Locator:
    """Open the form of a new post; return its text."""
    desk.open(f"admin/pages/add/blog/postpage/{desk.blog.pk}/")
    desk.type(desk.tab.locator("#id_title"), "Tagebuch")
    return desk.tab.get_by_role("textbox", name="Text", exact=True)


def test_choosers_write_what_they_chose(desk: Desk) -> None:
    text, keys = text_of(desk), desk.tab.keyboard
    desk.enter(text)
    modal = desk.tab.locator(".modal")

    desk.press(desk.tab.get_by_role("button", name=desk.word("Picture"), exact=True))
    picture = modal.get_by_role("link", name="Leuchtturm")
    picture.wait_for()
    desk.look("chooser-of-pictures")
    desk.press(picture)
    alt = modal.get_by_label(desk.word("Alternative text"))
    expect(alt).to_be_focused()
    expect(alt).to_have_value("Ein Leuchtturm")
    desk.look("alternative-text")
    desk.press(modal.get_by_role("button", name=desk.word("Insert image")))
    expect(modal).to_have_count(0)
    written = f"![Ein Leuchtturm](image:{get_image_model().objects.get().pk})"
    expect(desk.tab.locator(BODY)).to_have_value(written)
    expect(text).to_be_focused()

    desk.press(desk.tab.get_by_role("button", name=desk.word("Link"), exact=True))
    post = PostPage.objects.get(slug="logbuch-1")
    search = modal.locator("[name=q]")
    desk.enter(search)
    desk.tab.evaluate(END_OF_ANIMATION)
    expect(search).to_be_focused()
    desk.type(search, "Logbuch 1")
    found = modal.get_by_role("link", name="Logbuch 1", exact=True)
    found.wait_for()
    desk.look("chooser-of-pages")
    desk.press(found)
    expect(modal).to_have_count(0)
    written += f"[Logbuch 1](page:{post.pk})"
    expect(desk.tab.locator(BODY)).to_have_value(written)

    desk.press(desk.tab.get_by_role("button", name=desk.word("Document"), exact=True))
    document = modal.get_by_role("link", name="Seekarte", exact=True)
    document.wait_for()
    desk.look("chooser-of-documents")
    desk.press(document)
    expect(modal).to_have_count(0)
    written += f"[Seekarte](doc:{get_document_model().objects.get().pk})"
    expect(desk.tab.locator(BODY)).to_have_value(written)
    keys.type(".")  # the focus is back
    expect(desk.tab.locator(BODY)).to_have_value(f"{written}.")
    desk.save()


def test_pictures_are_pasted_and_dropped(desk: Desk) -> None:
    text, encoded = text_of(desk), base64.b64encode(png("boot.png").read()).decode()
    dialog = desk.tab.get_by_role("dialog", name=desk.word("Add a picture"))
    desk.enter(text)
    if desk.is_by_keyboard:
        desk.tab.evaluate(COPY, encoded)
        desk.tab.keyboard.press("ControlOrMeta+v")
    else:
        text.evaluate(DROP, encoded)
    expect(dialog).to_be_visible()
    dialog.locator("progress").evaluate(NOTE_PROGRESS)
    desk.press(dialog.get_by_role("button", name=desk.word("Add")))
    expect(dialog.get_by_role("alert")).to_have_text(desk.word("Write what the picture says, or tick the box."))
    desk.look("picture-pasted")
    desk.type(dialog.get_by_role("textbox"), "Ein Boot")
    desk.press(dialog.get_by_role("button", name=desk.word("Add")))
    expect(dialog).to_be_hidden()
    expect(desk.tab.locator(".text-field__upload progress").first).to_have_attribute("data-shown", "true")
    image = get_image_model().objects.latest("pk")
    assert image.description == "Ein Boot"
    expect(desk.tab.locator(BODY)).to_have_value(f"![Ein Boot](image:{image.pk})")
    expect(text).to_be_focused()


def test_posts_are_offered_behind_brackets(desk: Desk) -> None:
    text, keys = text_of(desk), desk.tab.keyboard
    desk.enter(text)
    keys.type("Siehe [[logb")
    options = desk.tab.locator(".text-field__posts [role=option]")
    expect(options).to_have_count(7)
    desk.look("posts-behind-brackets")
    third = options.filter(has_text="Logbuch 3")
    desk.pick(options, third)
    post = PostPage.objects.get(slug="logbuch-3")
    expect(desk.tab.locator(BODY)).to_have_value(f"Siehe [Logbuch 3](page:{post.pk})")
    keys.type(" [[Entwurf von")
    if desk.group == "Authors":  # nobody learns of a draft that they may not see
        expect(options).to_have_text([f"Entwurf von Ada ({desk.word('draft')})"])
    else:
        expect(options).to_have_count(4)
    keys.press("Escape")
    expect(options.first).to_be_hidden()


def test_keyboard_leaves_the_text_and_finds_its_help(desk: Desk) -> None:
    text, keys = text_of(desk), desk.tab.keyboard
    desk.enter(text)
    keys.press("Tab")
    expect(text).not_to_be_focused()
    expect(desk.tab.locator(BODY)).to_have_value("")
    keys.press("Shift+Tab")
    expect(text).to_be_focused()
    keys.type("fett")
    keys.press("ControlOrMeta+a")
    desk.press(desk.tab.get_by_role("button", name=desk.word("Bold")))
    expect(desk.tab.locator(BODY)).to_have_value("**fett**")
    whole = desk.tab.get_by_role("button", name=desk.word("Whole window"))
    desk.press(whole)
    desk.look("text-in-the-whole-window")
    desk.press(whole)
    with desk.tab.context.expect_page() as opened:
        desk.press(desk.tab.get_by_role("button", name=desk.word("What Markdown can do"), exact=True))
    sheet = opened.value
    expect(sheet.get_by_role("heading", level=1)).to_have_text(desk.word("What Markdown can do"))
    sheet.close()
    desk.open("admin/markdown-help/")
    desk.look("what-markdown-can-do")


def test_what_the_text_refers_to_in_vain_is_named(desk: Desk) -> None:
    text = text_of(desk)
    draft = PostPage.objects.get(slug=f"entwurf-{desk.user.username}")
    desk.type(text, f"![Ein Bild](image:98) [dort](page:99) [Entwurf](page:{draft.pk})")
    desk.save()
    messages = desk.tab.locator(".messages")
    gone = desk.word("The text refers to what is not there: %s. Choose it anew by the buttons above the text.")
    expect(messages).to_contain_text(gone % "image:98, page:99")
    expect(messages).to_contain_text(draft.title)
    desk.look("references-in-vain")
