"""What editors may do with what they wrote: publish, or submit for approval; titles and slugs that are taken; others' posts."""

import re

import pytest
from playwright.sync_api import expect
from wagtail.models import WorkflowPage

from blog.models import PostPage
from tests.support.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BUTTONS = "nav.footer__container button:visible"
TAKEN = "Logbuch 1"


def write(desk: Desk, title: str) -> None:
    """Begin a post."""
    desk.open(f"admin/pages/add/blog/postpage/{desk.blog.pk}/")
    desk.type(desk.tab.locator("#id_title"), title)


def promote(desk: Desk) -> None:
    """Show the slug, once Wagtail's script has chosen which tab is shown."""
    expect(desk.tab.locator("[role=tab][aria-selected=true]").first).to_be_visible()
    desk.press(desk.tab.get_by_role("tab", name=desk.word("Promote")))


def test_post_is_published_or_submitted(desk: Desk) -> None:
    write(desk, "Ein Tag")
    first = desk.tab.locator(BUTTONS).first
    submit = desk.tab.get_by_role("button", name="Moderators approval")
    if desk.may_publish:
        expect(first).to_have_text(desk.word("Publish"))
        desk.press(desk.tab.get_by_role("button", name=desk.word("More actions")))
        expect(submit).to_have_count(0)
        desk.look("buttons", is_covered=True)
        desk.tab.keyboard.press("Escape")
        desk.press(first)
        expect(desk.tab.locator(".messages .success")).to_be_visible()
        assert PostPage.objects.get(title="Ein Tag").live
    else:
        expect(first).to_have_text(desk.word("Save draft"))
        desk.press(desk.tab.get_by_role("button", name=desk.word("More actions")))
        expect(desk.tab.get_by_role("button", name=desk.word("Publish"), exact=True)).to_have_count(0)
        desk.look("buttons", is_covered=True)
        desk.press(submit)
        expect(desk.tab.locator(".messages .success")).to_be_visible()
        post = PostPage.objects.get(title="Ein Tag")
        assert not post.live
        assert post.workflow_in_progress
    desk.look("published-or-submitted")


def test_nothing_is_submitted_without_a_workflow(desk: Desk) -> None:
    WorkflowPage.objects.all().delete()
    write(desk, "Ein Tag")
    expect(desk.tab.locator(BUTTONS).first).to_have_text(desk.word("Publish" if desk.may_publish else "Save draft"))
    expect(desk.tab.get_by_text(re.compile("approval|Genehmig"))).to_have_count(0)
    desk.look("buttons-without-a-workflow")


def test_taken_titles_get_a_number_and_reserved_slugs_are_refused(desk: Desk) -> None:
    write(desk, TAKEN)
    desk.save()
    assert PostPage.objects.filter(slug="logbuch-1-2", title=TAKEN).exists()
    promote(desk)
    slug = desk.tab.locator("#id_slug")
    expect(slug).to_have_value("logbuch-1-2")
    for reserved in ("Feed", "2024"):
        desk.type(slug, reserved)
        desk.tab.keyboard.press("Tab")
        desk.save(is_refused=True)
        promote(desk)
        refusal = desk.word("“%s” is an address of the site itself: choose another slug.") % reserved.lower()
        expect(desk.tab.get_by_text(refusal).first).to_be_visible()
    desk.look("slug-refused")
    assert PostPage.objects.filter(title=TAKEN).values_list("slug", flat=True).count() == 2
    assert PostPage.objects.filter(slug="logbuch-1-2").exists()


def test_authors_edit_their_own_posts_alone(desk: Desk) -> None:
    """Editors edit every post; only who may publish is offered to unpublish one or to put it into the bin."""
    others = PostPage.objects.get(slug="fahrt-silke" if desk.group != "superuser" else "fahrt-ada")
    desk.open("admin/posts/")
    edit = desk.tab.locator(f'a[href*="/admin/pages/{others.pk}/edit/"]')
    if desk.group == "Authors":
        expect(edit).to_have_count(0)
        desk.look("posts-of-authors")
        desk.assert_refused(f"admin/pages/{others.pk}/edit/")
    else:
        desk.press(edit.first)
        expect(desk.tab.locator("#id_title")).to_have_value(others.title)
        desk.look("post-of-another")
    if not desk.may_publish:
        desk.assert_refused(f"admin/pages/{others.pk}/unpublish/")
        desk.assert_refused(f"admin/pages/{others.pk}/delete/")
    assert PostPage.objects.get(pk=others.pk).live
