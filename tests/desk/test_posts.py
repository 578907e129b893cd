"""Posts by the thousand: the listing, its filters and its export; what is done with many posts, undone by a button; the bin."""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import Locator, expect
from pytest_django.live_server_helper import LiveServer

from blog.admin.many import ManyAction
from blog.admin.post_bulk_actions import AddTags, MoveToBin, Publish, RemoveTags, SetAuthor, Unpublish
from blog.models import Author, BinnedPost, PostPage
from tests.desk.operating import SEND, counted, expect_message, read, run_worker, undo
from tests.desk.public_pages import Pages, public_pages
from tests.support.comment_factories import make_comment
from tests.support.desk import Desk
from tests.support.factories import make_posts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LISTING = "admin/posts/"
PUBLISHERS = ("Moderators", "superuser")
CHANGED = ("%(count)d post has been changed.", "%(count)d posts have been changed.")
UNDONE = ("%(count)d post is what it was before.", "%(count)d posts are what they were before.")


def draft_of(desk: Desk) -> PostPage:
    return PostPage.objects.get(slug=f"entwurf-{desk.user.username}")


def post_of(desk: Desk) -> PostPage:
    return PostPage.objects.get(slug=f"fahrt-{desk.user.username}")


def public(desk: Desk) -> Pages:
    posts = (f"/{post.slug}/" for post in (draft_of(desk), post_of(desk), PostPage.objects.get(slug="logbuch-0")))
    return public_pages(desk.address, ("hafen", "meer", "segel"), (*posts, f"/@{desk.user.username}/", "/@edda/"))


def row(desk: Desk, post: PostPage) -> Locator:
    return desk.tab.locator("main tbody tr").filter(has=desk.tab.locator(f"#page_{post.pk}_title"))


def titles(desk: Desk) -> Locator:
    return desk.tab.locator("main tbody td.title .title-wrapper")


def tick(desk: Desk, *posts: PostPage) -> None:
    for post in posts:
        desk.press(row(desk, post).get_by_role("checkbox"))


def act(desk: Desk, action: type[ManyAction]) -> None:
    """Press the button of an action in the bar below the listing; some are behind another button."""
    bar = desk.tab.locator("[data-bulk-action-footer]")
    expect(bar).to_be_visible()
    button = bar.get_by_role("link", name=read(desk, action.aria_label), exact=True)
    if not button.is_visible():
        desk.press(bar.get_by_role("button", name=desk.word("More"), exact=True))
    desk.press(button)
    expect(desk.tab.get_by_text(read(desk, action.question))).to_be_visible()


def confirm(desk: Desk, action: type[ManyAction]) -> None:
    desk.press(desk.tab.locator("main form").get_by_role("button", name=read(desk, action.display_name), exact=True))


def ask(desk: Desk, action: type[ManyAction], *posts: PostPage) -> int:
    """Choose posts for an action, and look at the question; return how many it concerns."""
    desk.open(LISTING)
    tick(desk, *posts)
    desk.look("posts-chosen")
    act(desk, action)
    desk.look(f"posts-{action.action_type}")
    mine = [post for post in posts if action.allows(desk.user, post)]
    refused = desk.tab.locator("main").get_by_text(desk.word("Cancel"))
    assert refused.count() == 1
    return len(mine)


def check_done_and_undone(desk: Desk, before: Pages, words: tuple[str, str], count: int) -> None:
    expect_message(desk, counted(desk, words, count))
    desk.look("posts-changed")
    assert (public(desk) != before) is desk.may_publish
    undo(desk)
    expect_message(desk, counted(desk, UNDONE, count))
    assert public(desk) == before


def tags_of(*posts: PostPage) -> list[list[str]]:
    return [sorted(PostPage.objects.get(pk=post.pk).tags.names()) for post in posts]


def test_tags_are_added(desk: Desk) -> None:
    posts, before = (draft_of(desk), post_of(desk)), public(desk)
    count = ask(desk, AddTags, *posts)
    field = desk.tab.get_by_role("combobox", name=desk.word("Tags"))
    desk.enter(field)
    desk.tab.keyboard.type("segel,Neuland,")
    expect(desk.tab.locator(".tag-field__chosen li span")).to_have_text(["Segel", "Neuland"])
    confirm(desk, AddTags)
    expect_message(desk, counted(desk, CHANGED, count))
    assert tags_of(posts[0]) == [["Meer", "Neuland", "Segel"]]
    check_done_and_undone(desk, before, CHANGED, count)
    assert tags_of(*posts) == [["Meer"], ["Hafen"]]


def test_tags_are_removed(desk: Desk) -> None:
    posts, before = (draft_of(desk), post_of(desk)), public(desk)
    count = ask(desk, RemoveTags, *posts)
    desk.enter(desk.tab.get_by_role("combobox", name=desk.word("Tags")))
    desk.tab.keyboard.type("Meer,hafen,")
    expect(desk.tab.locator(".tag-field__chosen li span")).to_have_text(["Meer", "Hafen"])
    confirm(desk, RemoveTags)
    expect_message(desk, counted(desk, CHANGED, count))
    assert tags_of(posts[0]) == [[]]
    check_done_and_undone(desk, before, CHANGED, count)
    assert tags_of(*posts) == [["Meer"], ["Hafen"]]


def test_author_is_set(desk: Desk) -> None:
    posts, before = (draft_of(desk), post_of(desk)), public(desk)
    other = Author.objects.exclude(user=desk.user).first()
    assert other
    count = ask(desk, SetAuthor, *posts)
    desk.choose(desk.tab.locator("#id_author"), other.name)
    confirm(desk, SetAuthor)
    expect_message(desk, counted(desk, CHANGED, count))
    assert PostPage.objects.get(pk=posts[0].pk).authors == [other]
    check_done_and_undone(desk, before, CHANGED, count)
    assert PostPage.objects.get(pk=posts[0].pk).authors == [Author.objects.get(user=desk.user)]


@pytest.mark.parametrize("group", PUBLISHERS, scope="module")
def test_many_are_published_by_a_job(desk: Desk, live_server: LiveServer) -> None:
    make_posts(desk.blog, ["Meer"] * 11, live=False)
    count, before = PostPage.objects.filter(live=False).count(), public(desk)
    desk.open(LISTING, {"state": "draft"})
    desk.press(desk.tab.locator("main thead").get_by_role("checkbox"))
    act(desk, Publish)
    desk.look("posts-publish")
    confirm(desk, Publish)
    expect(desk.tab.locator("main p[role=status]")).to_contain_text(desk.word("waiting"), ignore_case=True)
    desk.look("job-waits")
    run_worker(live_server)
    words = ("%(count)d post has been published.", "%(count)d posts have been published.")
    expect(desk.tab.locator("main")).to_contain_text(counted(desk, words, count))
    desk.look("job-done")
    assert public(desk) != before
    desk.press(desk.tab.locator("main").get_by_role("button", name=desk.word("Undo")))
    expect(desk.tab.locator("main p[role=status]")).to_contain_text(desk.word("waiting"), ignore_case=True)
    run_worker(live_server)
    expect(desk.tab.locator("main")).to_contain_text(counted(desk, UNDONE, count))
    assert public(desk) == before


@pytest.mark.parametrize("group", PUBLISHERS, scope="module")
def test_posts_are_unpublished(desk: Desk) -> None:
    before = public(desk)
    count = ask(desk, Unpublish, post_of(desk), PostPage.objects.get(slug="logbuch-0"))
    confirm(desk, Unpublish)
    words = ("%(count)d post has been unpublished.", "%(count)d posts have been unpublished.")
    check_done_and_undone(desk, before, words, count)


def test_posts_are_moved_to_the_bin(desk: Desk) -> None:
    before = public(desk)
    count = ask(desk, MoveToBin, draft_of(desk), post_of(desk))
    confirm(desk, MoveToBin)
    expect_message(desk, counted(desk, ("%(count)d post is in the bin.", "%(count)d posts are in the bin."), count))
    desk.look("posts-binned")
    assert PostPage.objects.filter(binned__isnull=False).count() == count
    undo(desk)
    expect_message(desk, counted(desk, ("%(count)d post is restored.", "%(count)d posts are restored."), count))
    assert public(desk) == before


def what_it_has(post: PostPage) -> Iterable[Any]:
    found = PostPage.objects.get(pk=post.pk)
    yield from (found.title, found.slug, found.url_path, found.live, found.body, found.owner, found.published)
    yield [author.handle for author in found.authors]
    yield list(found.tags.names())
    yield list(found.discussion.values_list("text", "name", "state"))
    yield list(found.revisions.values_list("pk", "created_at"))


def test_post_is_put_into_the_bin_and_restored_with_all_it_had(desk: Desk) -> None:
    post = PostPage.objects.get(slug="logbuch-0") if desk.may_publish else draft_of(desk)
    make_comment(post, "Noch eine Stimme.", name="Ole")
    had, before = list(what_it_has(post)), public(desk)
    desk.open(f"admin/pages/{post.pk}/edit/")
    desk.press(desk.tab.locator("#w-slim-header-buttons").get_by_role("button", name=desk.word("Actions")))
    desk.press(desk.tab.locator("#w-slim-header-buttons").get_by_role("link", name=desk.word("Delete")))
    button = desk.tab.locator("main form").get_by_role("button", name=desk.word("Move to the bin"))
    expect(button).to_be_visible()
    desk.look("bin-question")
    desk.press(button)
    expect_message(desk, counted(desk, ("%(count)d post is in the bin.", "%(count)d posts are in the bin."), 1))
    assert (public(desk) != before) is desk.may_publish
    desk.open(LISTING)
    expect(row(desk, post)).to_have_count(0)
    header = desk.tab.locator("#w-slim-header-buttons")
    desk.press(header.get_by_role("button", name=desk.word("Actions")))
    desk.press(header.get_by_role("link", name=desk.word("Bin"), exact=True))
    expect(desk.tab.locator("main tbody tr")).to_contain_text([post.title])
    desk.look("bin")
    desk.press(desk.tab.locator("main tbody").get_by_role("button", name=desk.word("Restore"), exact=True))
    expect_message(desk, counted(desk, ("%(count)d post is restored.", "%(count)d posts are restored."), 1))
    desk.look("bin-restored")
    assert list(what_it_has(post)) == had
    assert public(desk) == before


COLUMNS = ("Title", "Tags", "Authors", "Source", "Published", "Comments", "Updated", "Status")


def test_listing_has_columns_and_is_sorted_searched_and_exported(desk: Desk) -> None:
    link = PostPage.objects.get(slug="logbuch-3")
    post = draft_of(desk)
    if desk.group != "Authors":
        link.link = "https://www.example.org/karte"
        link.save()
        post = PostPage.objects.get(slug="logbuch-0")
    make_comment(post, "Noch eine Stimme.", name="Ole")
    desk.open(LISTING)
    head = desk.tab.locator("main thead th")
    for column in COLUMNS:
        expect(head.filter(has_text=desk.word(column))).to_have_count(1)
    desk.look("posts")
    desk.press(head.get_by_role("link", name=desk.word("Comments")))
    desk.tab.wait_for_url("**/*ordering=*")
    first = titles(desk).last if desk.tab.url.endswith("=approved_comments") else titles(desk).first
    expect(first).to_contain_text(post.title)
    desk.press(head.get_by_role("link", name=desk.word("Title")))
    desk.tab.wait_for_url("**/*ordering=title*")
    found = [text.strip().split("\n")[0] for text in titles(desk).all_inner_texts()]
    assert found == sorted(found)
    desk.look("posts-sorted")
    desk.type(desk.tab.locator("#id_q"), post.title)
    desk.tab.wait_for_url(f"**/*q={quote_plus(post.title)}*")
    expect(titles(desk)).to_have_count(1)
    with desk.tab.expect_response("**/posts/results/*"):  # Wagtail searches again, and closes what is open
        desk.tab.keyboard.press("Tab")
    desk.look("posts-searched")
    header = desk.tab.locator("#w-slim-header-buttons")
    desk.press(header.get_by_role("button", name=desk.word("Actions")))
    with desk.tab.expect_download() as download:
        desk.press(desk.tab.get_by_role("link", name=desk.word("Download CSV")))
    with download.value.path().open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [one[desk.word("Title")] for one in rows] == [post.title]
    assert rows[0][desk.word("Tags")] == ", ".join(post.tags.names())


def open_filter(desk: Desk, name: str, label: str) -> Locator:
    """Open the part of the filters with this name; return it."""
    desk.open(LISTING)
    desk.press(desk.tab.get_by_role("button", name=desk.word("Show filters")))
    desk.press(desk.tab.locator(".w-drilldown__menu").get_by_role("button", name=desk.word(label)))
    part = desk.tab.locator(f"#drilldown-id_{name}")
    expect(part).to_be_visible()
    return part


def pick(desk: Desk, part: Locator, label: str) -> None:
    """Take one of several: arrows move among them."""
    target = part.get_by_role("radio", name=desk.word(label), exact=True)
    if not desk.is_by_keyboard:
        return target.click()
    desk.reach(part.get_by_role("radio", checked=True))
    for _press in range(part.get_by_role("radio").count()):
        if target.is_checked():
            return None
        desk.tab.keyboard.press("ArrowDown")
    raise AssertionError(f"The arrows do not reach {label}.")


def expect_found(desk: Desk, found: PostPage, *others: PostPage) -> None:
    for other in others:
        expect(row(desk, other)).to_have_count(0)
    expect(row(desk, found)).to_have_count(1)


def test_listing_is_filtered(desk: Desk) -> None:
    """By each filter; both posts are the member's own, so that Authors see them, too."""
    post, draft, foreign = post_of(desk), draft_of(desk), PostPage.objects.get(slug="logbuch-0")
    PostPage.objects.filter(pk=post.pk).update(link="https://www.example.org/karte")
    PostPage.objects.filter(pk=draft.pk).update(published=datetime(2020, 5, 1, tzinfo=UTC))
    make_comment(post, "Noch eine Stimme.", name="Ole")
    tags = open_filter(desk, "tags", "Tags")
    desk.type(tags.get_by_role("textbox"), "hafen, -boot")
    expect_found(desk, post, draft, foreign)
    desk.look("filter-tags")
    pick(desk, open_filter(desk, "source", "Source"), "External")
    expect_found(desk, post, draft)
    own = Author.objects.get(user=desk.user)
    desk.press(open_filter(desk, "author", "Authors").get_by_label(own.name, exact=True))
    expect_found(desk, post, foreign)
    expect(row(desk, draft)).to_have_count(1)
    desk.press(open_filter(desk, "state", "Status").get_by_label(desk.word("Not published"), exact=True))
    expect_found(desk, draft, post)
    desk.look("filter-state")
    desk.type(open_filter(desk, "published", "Published").get_by_role("textbox").first, "2020-01-01")
    desk.tab.keyboard.press("Tab")
    expect_found(desk, draft, post)
    pick(desk, open_filter(desk, "comments", "Comments"), "With comments")
    expect_found(desk, post, draft)


@pytest.mark.parametrize("group", ["Authors", "Editors"], scope="module")
def test_what_is_not_permitted_is_neither_offered_nor_possible(desk: Desk) -> None:
    before, post, foreign = public(desk), post_of(desk), PostPage.objects.get(slug="entwurf-mona")
    desk.open(LISTING)
    assert (row(desk, foreign).count() == 1) is (desk.group == "Editors")
    tick(desk, post)
    bar = desk.tab.locator("[data-bulk-action-footer]")
    desk.look("posts-offered")
    for action in (Publish, Unpublish):
        expect(bar.get_by_role("link", name=read(desk, action.aria_label), exact=True)).to_have_count(0)
    desk.press(bar.get_by_role("button", name=desk.word("More"), exact=True))
    for action in (AddTags, RemoveTags, SetAuthor, MoveToBin):
        expect(bar.get_by_role("link", name=read(desk, action.aria_label), exact=True)).to_be_visible()
    own = Author.objects.get(handle="silke").pk
    forms = {"add_tags": {"tags": "Neu"}, "remove_tags": {"tags": "Hafen"}, "set_author": {"author": str(own)}}
    for name in ("publish", "unpublish", "bin", *forms):
        address = f"/admin/bulk/blog/postpage/{name}/?id={post.pk}&next=/admin/posts/"
        desk.tab.evaluate(SEND, [address, forms.get(name, {})])
    desk.tab.evaluate(SEND, [f"/admin/pages/{post.pk}/delete/", {}])
    desk.tab.evaluate(SEND, [f"/admin/pages/{post.pk}/unpublish/", {}])
    assert public(desk) == before
    if desk.group == "Authors":
        desk.assert_refused(f"admin/pages/{foreign.pk}/edit/")
        desk.open(LISTING)
        desk.tab.evaluate(SEND, [f"/admin/bulk/blog/postpage/bin/?id={foreign.pk}&next=/admin/posts/", {}])
        assert tags_of(foreign) == [["Meer"]]
    assert not BinnedPost.objects.exists()
