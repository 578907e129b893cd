"""The tag field: typed and chosen, by old names, nearly the same, pasted, refused, removed, and in the order given."""

import pytest
from playwright.sync_api import expect

from blog.models import PostPage
from tests.support.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHOSEN = ".tag-field__chosen li span"
PASTE = "text => navigator.clipboard.writeText(text)"


def test_tags_are_typed_chosen_and_removed(desk: Desk) -> None:
    desk.open(f"admin/pages/add/blog/postpage/{desk.blog.pk}/")
    desk.type(desk.tab.locator("#id_title"), "Tagebuch")
    field = desk.tab.get_by_role("combobox", name=desk.word("Tags"))
    options, chosen, keys = desk.tab.get_by_role("option"), desk.tab.locator(CHOSEN), desk.tab.keyboard
    note, fault = desk.tab.locator(".tag-field__note"), desk.tab.locator(".tag-field__fault")
    desk.enter(field)

    for name in ("writing", "editing"):
        keys.type(name)
        expect(options).to_have_text([desk.word("New tag “%s”") % name])  # they are open
        keys.press("Enter")
    expect(chosen).to_have_text(["writing", "editing"])
    keys.type("segeln,")  # which begins like another, whose name it is not
    expect(chosen).to_have_text(["writing", "editing", "segeln"])
    keys.type("MEER")
    keys.press("Tab")
    expect(chosen).to_have_text(["writing", "editing", "segeln", "Meer"])
    expect(note).to_have_text(desk.word("“%(typed)s” becomes the tag “%(name)s”.") % {"typed": "MEER", "name": "Meer"})
    keys.type("kahn")
    keys.press("Enter")
    expect(chosen.last).to_have_text("Boot")
    expect(note).to_have_text(desk.word("“%(typed)s” is called “%(name)s” now.") % {"typed": "kahn", "name": "Boot"})

    keys.type("colou")
    expect(note).to_contain_text("colour (")  # nearly the same
    expect(options).to_contain_text(["colour"])
    desk.look("tag-field-nearly-the-same", is_covered=True)
    desk.pick(options, options.filter(has_text="color").filter(has_not_text="colour"))
    expect(chosen.last).to_have_text("color")
    expect(note).to_contain_text("colour (")  # of what was taken

    keys.type("„nein“")
    keys.press("Enter")
    expect(fault).to_have_text(desk.word("A tag’s name cannot have quotation marks."))
    expect(note).to_have_text("")  # nothing of another tag stands beside it
    desk.look("tag-field-refused", is_covered=True)
    keys.press("Escape")
    expect(field).to_have_value("")

    desk.tab.evaluate(PASTE, "Hafen, zwei Worte,\nwriting")
    keys.press("ControlOrMeta+v")
    expect(chosen).to_have_text(["writing", "editing", "segeln", "Meer", "Boot", "color", "Hafen", "zwei Worte"])

    desk.press(desk.tab.get_by_role("button", name=desk.word("Remove %s") % "editing", exact=True))
    expect(field).to_be_focused()
    desk.save()
    page = PostPage.objects.get(title="Tagebuch").get_latest_revision_as_object()
    assert [tag.name for tag in page.tags.all()] == ["writing", "segeln", "Meer", "Boot", "color", "Hafen", "zwei Worte"]
    expect(chosen).to_have_text(["writing", "segeln", "Meer", "Boot", "color", "Hafen", "zwei Worte"])
    desk.look("tag-field-saved")
