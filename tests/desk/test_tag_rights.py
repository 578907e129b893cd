"""Who may not change tags: Editors see them, Authors see none; nothing is offered to them, and nothing is done for them."""

import pytest
from playwright.sync_api import expect

from blog.models import Tag, TagOperation
from blog.services.tags import add_alias
from tests.desk.operating import SEND
from tests.desk.public_pages import public_pages
from tests.support.desk import Desk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("group", ["Authors", "Editors"], scope="module"),
]

LISTING = "admin/snippets/blog/tag/"


def test_tags_are_not_cared_for_by_others(desk: Desk) -> None:
    boot, hafen = Tag.objects.get(slug="boot"), Tag.objects.get(slug="hafen")
    operation = add_alias(boot, "Nachen", desk.user)
    tags = sorted(Tag.objects.values_list("name", "slug"))
    before = public_pages(desk.address, ["boot", "hafen", "nachen"])
    forms = {
        f"tags/{boot.pk}/merge/": {"target": "Hafen", "confirmed": "['Hafen']"},
        f"tags/{boot.pk}/split/": {"name": "Neu", "other": "Hafen", "confirmed": "['Neu', 'Hafen', '']"},
        f"tags/{boot.pk}/alias/": {"name": "Kutter"},
        f"tags/{boot.pk}/delete/": {"leads_to": "", "confirmed": "['']"},
        f"bulk/blog/tag/merge/?id={boot.pk}&next=/admin/": {"target": "Hafen", "confirmed": f"[{hafen.pk}, {boot.pk}]"},
        f"bulk/blog/tag/delete/?id={boot.pk}&next=/admin/": {},
        f"snippets/blog/tag/delete/{hafen.pk}/": {},
        f"snippets/blog/tag/edit/{hafen.pk}/": {"name": "Neu", "slug": "neu"},
        "snippets/blog/tag/add/": {"name": "Neu", "slug": "neu"},
        "snippets/blog/stream/add/": {"name": "Neu", "slug": "neu", "expression": "boot", "blog": str(desk.blog.pk)},
    }
    if desk.group == "Editors":
        desk.open(LISTING)
        expect(desk.tab.locator("main tbody tr")).not_to_have_count(0)
        expect(desk.tab.locator("main").get_by_role("checkbox")).to_have_count(0)
        expect(desk.tab.locator("main a[href*='/admin/tags/'], main a[href*='/tag/edit/'], main form.undo")).to_have_count(0)
        desk.look("tags-seen")
    else:
        desk.assert_refused(LISTING)
    desk.open("admin/")
    menu = desk.tab.locator("#wagtail-sidebar")
    expect(menu.get_by_role("link", name=desk.word("Streams"), exact=True)).to_have_count(0)
    for address, form in forms.items():
        status, path = desk.tab.evaluate(SEND, [f"/admin/{address}", form])
        assert status in (403, 404) or path in ("/admin/", f"/{LISTING}"), address
    desk.tab.evaluate(SEND, [f"/admin/tags/undo/{operation.pk}/", {}])
    assert not TagOperation.objects.exclude(undone_at=None).exists()
    for address in (
        "near/",
        "without-posts/",
        "history/",
        *(f"{boot.pk}/{name}/" for name in ("merge", "split", "alias", "delete")),
    ):
        desk.assert_refused(f"admin/tags/{address}")
    assert sorted(Tag.objects.values_list("name", "slug")) == tags
    assert public_pages(desk.address, ["boot", "hafen", "nachen"]) == before
