"""Managing tags: each operation with what it shows before, and its undoing, by which readers see what they saw before."""

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from blog.models import PostPage, Stream, Tag, TagAlias, TagOperation
from tests.desk.operating import expect_message, read, undo
from tests.desk.public_pages import Pages, public_pages
from tests.support.desk import Desk
from tests.support.factories import make_post

CARERS = ("Moderators", "superuser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("group", CARERS, scope="module"),
]

LISTING = "admin/snippets/blog/tag/"
HISTORY = "admin/tags/history/"
SLUGS = ("hafen", "boot", "segel", "meer", "color", "colour", "kahn", "boot+hafen", "hafen+-boot")


def tag(slug: str) -> Tag:
    return Tag.objects.get(slug=slug)


def public(desk: Desk) -> Pages:
    return public_pages(desk.address, SLUGS, ("/logbuch-0/", "/logbuch-6/"))


def open_action(desk: Desk, slug: str, label: str) -> None:
    """Go from the list by a tag to what is done to it."""
    desk.open(f"{LISTING}edit/{tag(slug).pk}/")
    press_in_header(desk, label)
    expect(desk.tab.locator("main form")).to_be_visible()


def press_in_header(desk: Desk, label: str) -> None:
    """Press what is behind the button beside the title."""
    desk.press(desk.tab.locator("header").get_by_role("button", name=desk.word("Actions"), exact=True))
    desk.press(desk.tab.get_by_role("link", name=label, exact=True))


def choose(desk: Desk, label: str, typed: str, name: str) -> None:
    """Write the beginning of a tag's name into its field, and take it from what is suggested."""
    field = desk.tab.get_by_role("combobox", name=desk.word(label))
    desk.enter(field)
    desk.tab.keyboard.type(typed)
    options = desk.tab.get_by_role("option")
    desk.pick(options, options.filter(has_text=name).first)
    expect(desk.tab.locator(".tag-field__chosen li span")).to_have_text([name])


def continue_(desk: Desk, look: str, *sentences: str) -> None:
    """Have shown what changes, and read it."""
    desk.press(desk.tab.locator("main form").get_by_role("button", name=desk.word("Continue"), exact=True))
    effects = desk.tab.locator("section[aria-labelledby=effects]")
    expect(effects).to_be_focused()
    for sentence in sentences:
        expect(effects).to_contain_text(sentence)
    desk.look(look)


def confirm(desk: Desk, label: str) -> None:
    desk.press(desk.tab.locator("main form").get_by_role("button", name=desk.word(label), exact=True))


def expect_done(desk: Desk, done: str, before: Pages, is_public: bool = True) -> None:
    """Read that it is done, and see the public pages changed."""
    expect_message(desk, done)
    desk.look("tag-done")
    assert (public(desk) != before) is is_public


def expect_undone(desk: Desk, done: str, before: Pages) -> None:
    """Undo it by the button in the message: every page is what it was."""
    undo(desk)
    expect_message(desk, desk.word("Undone: %s") % done)
    desk.tab.wait_for_url("**/history/")
    desk.look("tag-undone")
    assert public(desk) == before
    assert TagOperation.objects.latest("pk").undone_at


def posts(desk: Desk, count: int) -> str:
    one, many = "%(count)d post that you may see has it.", "%(count)d posts that you may see have it."
    return desk.words(one, many, count) % {"count": count}


def operation(desk: Desk) -> str:
    """Return how the last operation is called in the member's language."""
    return read(desk, TagOperation.objects.latest("pk"))


def cells(desk: Desk, name: str) -> Locator:
    return desk.tab.locator("main tbody tr").filter(has=desk.tab.get_by_role("link", name=name, exact=True))


COLUMNS = ("Name", "Posts", "First use", "Last use", "Old names", "Description", "Order", "Start here", "Notes")


def test_list_has_counts_uses_and_old_names_in_dictionary_order(desk: Desk) -> None:
    make_post(desk.blog, "Ähre Zander")
    desk.open(LISTING)
    head = desk.tab.locator("main thead th")
    for column in COLUMNS:
        expect(head.filter(has_text=desk.word(column)).first).to_be_visible()
    names = [text.strip() for text in desk.tab.locator("main tbody td.title a[href*='/edit/']").all_inner_texts()]
    found = [name for name in names if name]
    assert found == ["Ähre", "Boot", "color", "colour", "Hafen", "Meer", "Segel", "Zander"]
    expect(cells(desk, "Boot")).to_contain_text("kahn")
    count = cells(desk, "Boot").get_by_role("link", name="3", exact=True)
    expect(cells(desk, "Boot").get_by_role("link", name="/tags/boot/", exact=True)).to_have_attribute("href", "/tags/boot/")
    expect(cells(desk, "Ähre").get_by_role("link", name="/tags/ähre/", exact=True)).to_be_visible()
    desk.look("tags")
    desk.press(count)
    desk.tab.wait_for_url("**/admin/posts/?tags=boot")
    expect(desk.tab.locator("main tbody tr")).to_have_count(3)


def test_tag_is_renamed(desk: Desk) -> None:
    before = public(desk)
    desk.open(f"{LISTING}edit/{tag('boot').pk}/")
    desk.type(desk.tab.locator("#id_name"), "Schiffe")
    desk.type(desk.tab.locator("#id_slug"), "schiffe")
    desk.look("tag-edit")
    desk.press(desk.tab.locator("footer").get_by_role("button", name=desk.word("Save"), exact=True))
    desk.tab.wait_for_url(f"**/{LISTING}")
    done = operation(desk)
    expect_done(desk, done, before)
    assert public_pages(desk.address, ["boot"])["/tags/boot/"][:2] == (301, "/tags/schiffe/")
    expect_undone(desk, done, before)


def test_tag_is_merged(desk: Desk) -> None:
    before = public(desk)
    open_action(desk, "boot", desk.word("Merge"))
    choose(desk, "Merge it into", "haf", "Hafen")
    both = ("%(count)d of them has “%(target)s” already.", "%(count)d of them have “%(target)s” already.")
    has_both = desk.words(*both, 1) % {"count": 1, "target": "Hafen"}
    continue_(desk, "tag-merge", posts(desk, 3), has_both, "/tags/boot/, /tags/kahn/")
    confirm(desk, "Merge")
    desk.tab.wait_for_url(f"**/{LISTING}")
    done = operation(desk)
    expect_done(desk, done, before)
    assert public_pages(desk.address, ["boot", "kahn"])["/tags/kahn/"][:2] == (301, "/tags/hafen/")
    expect_undone(desk, done, before)


def test_old_name_is_added(desk: Desk) -> None:
    before = public(desk)
    open_action(desk, "boot", desk.word("Add old name"))
    desk.type(desk.tab.locator("#id_name"), "Nachen")
    desk.look("tag-alias")
    confirm(desk, "Add old name")
    desk.tab.wait_for_url("**/edit/*/")
    done = operation(desk)
    expect_done(desk, done, before, is_public=False)
    assert public_pages(desk.address, ["nachen"])["/tags/nachen/"][:2] == (301, "/tags/boot/")
    expect_undone(desk, done, before)
    assert public_pages(desk.address, ["nachen"])["/tags/nachen/"][0] == 404


MOVED = (
    "%(count)d post that you may see gets “%(name)s” instead of “%(tag)s”.",
    "%(count)d posts that you may see get “%(name)s” instead of “%(tag)s”.",
)


def split(desk: Desk, name: str, look: str, *sentences: str) -> str:
    """Have it shown and done; return what is done."""
    continue_(desk, look, *sentences)
    confirm(desk, "Split")
    desk.tab.wait_for_url("**/edit/*/")
    return operation(desk)


def test_tag_is_split_by_a_search(desk: Desk) -> None:
    make_post(desk.blog, "Boot", title="Am Abend", slug="am-abend", body="Ein Kutter liegt am Kai.")
    before = public(desk)
    open_action(desk, "boot", desk.word("Split"))
    desk.type(desk.tab.locator("#id_name"), "Kutter")
    desk.type(desk.tab.locator("#id_words"), "kutter")
    new = desk.word("“%(name)s” is a new tag.") % {"name": "Kutter"}
    moved = desk.words(*MOVED, 1) % {"count": 1, "name": "Kutter", "tag": "Boot"}
    done = split(desk, "Kutter", "tag-split-by-search", new, moved)
    expect_done(desk, done, before)
    assert list(PostPage.objects.get(slug="am-abend").tags.names()) == ["Kutter"]
    expect_undone(desk, done, before)


def test_tag_is_split_by_another_tag(desk: Desk) -> None:
    before = public(desk)
    open_action(desk, "boot", desk.word("Split"))
    desk.type(desk.tab.locator("#id_name"), "Segel")
    choose(desk, "Posts that have this tag too", "mee", "Meer")
    there = desk.word("“%(name)s” is a tag that there is already.") % {"name": "Segel"}
    moved = desk.words(*MOVED, 1) % {"count": 1, "name": "Segel", "tag": "Boot"}
    done = split(desk, "Segel", "tag-split-by-tag", there, moved)
    expect_done(desk, done, before)
    assert sorted(PostPage.objects.get(slug="logbuch-3").tags.names()) == ["Meer", "Segel"]
    expect_undone(desk, done, before)


def test_old_name_is_split_off_again(desk: Desk) -> None:
    before = public(desk)
    open_action(desk, "boot", desk.word("Split off again: %s") % "kahn")
    expect(desk.tab.locator("#id_name")).to_have_value("kahn")
    own = desk.word("“%(name)s” is no longer an old name of “%(tag)s”, but a tag of its own.") % {"name": "kahn", "tag": "Boot"}
    done = split(desk, "kahn", "tag-split-off", own)
    expect_done(desk, done, before)
    assert not TagAlias.objects.exists()
    expect_undone(desk, done, before)
    assert TagAlias.objects.get().tag == tag("boot")


def delete(desk: Desk, leads_to: str, look: str, *sentences: str) -> str:
    press = desk.word("Delete")
    desk.open(f"{LISTING}edit/{tag('boot').pk}/")
    press_in_header(desk, press)
    field = desk.tab.locator("#id_leads_to")
    expect(field).to_be_visible()
    if leads_to:
        desk.type(field, leads_to)
    continue_(desk, look, posts(desk, 3), *sentences)
    confirm(desk, "Delete")
    desk.tab.wait_for_url(f"**/{LISTING}")
    return operation(desk)


def test_tag_is_deleted_with_a_redirect(desk: Desk) -> None:
    before = public(desk)
    follow = desk.word("Its addresses, and streams and subscriptions that name it, follow to “%s”.") % "hafen -segel"
    done = delete(desk, "hafen -segel", "tag-delete-with-redirect", follow)
    expect_done(desk, done, before)
    assert public_pages(desk.address, ["boot"])["/tags/boot/"][:2] == (301, "/tags/hafen+-segel/")
    expect_undone(desk, done, before)


def test_tag_is_deleted_without_a_redirect(desk: Desk) -> None:
    before = public(desk)
    lost = desk.word("Its addresses will be unknown: streams and subscriptions that name it select nothing by it.")
    done = delete(desk, "", "tag-delete", lost)
    expect_done(desk, done, before)
    assert public_pages(desk.address, ["boot"])["/tags/boot/"][0] == 404
    expect_undone(desk, done, before)


def open_report(desk: Desk, label: str) -> None:
    desk.open(LISTING)
    press_in_header(desk, desk.word(label))
    expect(desk.tab.locator("main tbody tr").first).to_be_visible()


def test_near_duplicates_are_merged_from_their_report(desk: Desk) -> None:
    before = public(desk)
    open_report(desk, "Nearly the same")
    row = desk.tab.locator("main tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("color")
    desk.look("tags-near")
    desk.press(row.get_by_role("link", name=desk.word("Merge into “%s”") % "colour"))
    expect(desk.tab.locator(".tag-field__chosen li span")).to_have_text(["colour"])
    continue_(desk, "tag-near-merge", posts(desk, 1), "/tags/color/")
    confirm(desk, "Merge")
    desk.tab.wait_for_url(f"**/{LISTING}")
    done = operation(desk)
    expect_done(desk, done, before)
    expect_undone(desk, done, before)


def test_orphans_are_deleted_from_their_report_and_undone_in_the_history(desk: Desk) -> None:
    Tag.objects.create(name="Treibgut")
    before = public(desk)
    open_report(desk, "Without posts")
    row = desk.tab.locator("main tbody tr").filter(has_text="Treibgut")
    desk.look("tags-without-posts")
    desk.press(row.get_by_role("link", name=desk.word("Delete")))
    expect(desk.tab.locator("#id_leads_to")).to_be_visible()
    continue_(desk, "tag-orphan-delete", posts(desk, 0))
    confirm(desk, "Delete")
    desk.tab.wait_for_url(f"**/{LISTING}")
    done = operation(desk)
    expect_message(desk, done)
    assert not Tag.objects.filter(name="Treibgut").exists()
    press_in_header(desk, desk.word("History"))
    expect(desk.tab.locator("main tbody tr").first).to_contain_text(done)
    desk.look("tags-history")
    desk.press(desk.tab.locator("main tbody").get_by_role("button", name=desk.word("Undo: %(instance)s") % {"instance": done}))
    expect_message(desk, desk.word("Undone: %s") % done)
    expect(desk.tab.locator("main tbody tr").first).to_contain_text(desk.word("undone"))
    assert Tag.objects.filter(name="Treibgut").exists()
    assert public(desk) == before


def test_stream_is_proposed_counted_and_saved(desk: Desk) -> None:
    desk.open("admin/snippets/blog/stream/add/")
    tab, found = desk.tab, ("Readers find %(count)d note.", "Readers find %(count)d notes.")
    desk.type(tab.locator("#id_name"), "Boot Hafen")
    expect(tab.locator("#id_slug")).to_have_value("boot-hafen")
    expect(tab.locator(".tag-field__chosen li span")).to_have_text(["Boot", "Hafen"])
    expect(tab.get_by_text(desk.words(*found, 1) % {"count": 1})).to_be_visible()
    desk.enter(tab.get_by_role("combobox", name=desk.word("Selection")))
    tab.keyboard.type("-seg")
    options = tab.get_by_role("option")
    desk.pick(options, options.filter(has_text="-Segel").first)
    expect(tab.locator(".tag-field__chosen li span")).to_have_text(["Boot", "Hafen", "-Segel"])
    tab.keyboard.type("Nirgends,")
    unknown = desk.words("No note has the tag %s.", "No note has the tags %s.", 1) % (desk.word("“%s”") % "nirgends")
    expect(tab.get_by_text(unknown)).to_be_visible()
    expect(tab.get_by_text(desk.words(*found, 0) % {"count": 0})).to_be_visible()
    desk.look("stream-unknown-tag")
    desk.press(tab.get_by_role("button", name=desk.word("Remove %s") % "Nirgends"))
    expect(tab.get_by_text(desk.words(*found, 1) % {"count": 1})).to_be_visible()
    desk.press(tab.locator("footer").get_by_role("button", name=desk.word("Save"), exact=True))
    tab.wait_for_url("**/snippets/blog/stream/")
    desk.look("streams")
    assert Stream.objects.get(slug="boot-hafen").expression == "boot+hafen+-segel"


def test_several_are_merged_and_undone(desk: Desk) -> None:
    before: Any = public(desk)
    desk.open(LISTING)
    for name in ("color", "colour"):
        desk.press(cells(desk, name).get_by_role("checkbox"))
    bar = desk.tab.locator("[data-bulk-action-footer]")
    desk.press(bar.get_by_role("link", name=desk.word("Merge the chosen tags into one"), exact=True))
    field = desk.tab.get_by_role("combobox", name=desk.word("Merge them into"))
    desk.enter(field)
    desk.tab.keyboard.type("segel,")
    expect(desk.tab.locator(".tag-field__chosen li span")).to_have_text(["Segel"])
    desk.look("tags-merge")
    confirm(desk, "Merge")
    desk.tab.wait_for_url(f"**/{LISTING}")
    expect(desk.tab.locator(".messages form.undo")).to_have_count(2)
    desk.look("tags-merged")
    assert public(desk) != before
    for _each in ("colour", "color"):
        desk.open(HISTORY)
        desk.press(desk.tab.locator("main tbody form").get_by_role("button").first)
        expect_message(desk, desk.word("Undone: %s") % "")
    assert public(desk) == before
