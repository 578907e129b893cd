"""Many posts changed at once: the message has the button that undoes it, as has the list of changes, for whoever did it."""

import re

import pytest
from django.test import Client

from blog.models import BlogPage, PostOperation, PostPage
from tests.support.editors import client_of, member_of
from tests.support.factories import make_author, make_post
from tests.unit.blog.admin.test_post_listing import do

HISTORY = "/admin/posts/changes/"


@pytest.fixture
def posts(blog: BlogPage) -> list[PostPage]:
    return [make_post(blog, "a", title=title, authors=[make_author(title)]) for title in ("one", "two")]


@pytest.mark.parametrize(
    ("action", "form"),
    [("add_tags", "tags"), ("remove_tags", "tags"), ("set_author", "author"), ("unpublish", ""), ("publish", "")],
)
def test_message_has_the_button_that_undoes_it(
    moderator: Client, client: Client, posts: list[PostPage], action: str, form: str
) -> None:
    if action == "publish":
        for post in posts:
            post.title += " anew"
            post.save_revision()
    before = pages(client)
    given = {"tags": "b" if action == "add_tags" else "a", "author": str(make_author("eve").pk)}
    page = do(moderator, action, posts, **({form: given[form]} if form else {}))
    assert pages(client) != before
    found = re.search(rf'action="({HISTORY}\d+/undo/)"', page)
    assert found
    assert 'aria-label="Undo: 2 posts ' in page
    undone = moderator.post(found[1], {"next": "/admin/posts/?tags=a"}, follow=True)
    assert undone.redirect_chain[-1][0] == "/admin/posts/?tags=a"
    assert "2 posts are what they were before." in undone.content.decode()
    assert pages(client) == before
    assert "This was undone before." in moderator.post(found[1], follow=True).content.decode()


def pages(client: Client) -> list[bytes]:
    return [client.get(path).content for path in ("/", "/feed.atom", "/one/", "/two/", "/tags/a/feed.json", "/tags/b/")]


def test_list_of_changes_is_for_whoever_made_them(moderator: Client, posts: list[PostPage]) -> None:
    do(moderator, "add_tags", posts, tags="secret")
    page = moderator.get(HISTORY).content.decode()
    assert "Tags added: secret (2 posts)" in page
    assert HISTORY in moderator.get("/admin/posts/").content.decode()
    operation = PostOperation.objects.get().pk
    editor = client_of(member_of("Editors"))
    assert "secret" not in editor.get(HISTORY).content.decode()
    assert editor.post(f"{HISTORY}{operation}/undo/").status_code == 404
    assert moderator.get(f"{HISTORY}{operation}/undo/").status_code == 405
    assert PostPage.objects.filter(tags__slug="secret").count() == 2


def test_what_one_may_no_longer_change_stays(blog: BlogPage) -> None:
    editor = member_of("Editors")
    drafts = [make_post(blog, "a", title=title, live=False) for title in ("one", "two")]
    browser = client_of(editor)
    do(browser, "add_tags", drafts, tags="b")
    drafts[0].save_revision().publish()
    undone = browser.post(f"{HISTORY}{PostOperation.objects.get().pk}/undo/", follow=True).content.decode()
    assert "1 post is what it was before." in undone
    assert "1 post stays as it is" in undone
    assert [post.title for post in PostPage.objects.filter(tags__slug="b")] == ["one"]


def test_nothing_to_undo_has_no_button(moderator: Client, posts: list[PostPage]) -> None:
    assert "/undo/" not in do(moderator, "publish", posts)
