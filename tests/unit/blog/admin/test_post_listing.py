"""The listing of posts: what its filters find, how it is sorted, what its export holds, what is done with many posts."""

import csv
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page, PageViewRestriction

from blog.admin.post_bulk_actions import PostsAction
from blog.models import BinnedPost, BlogPage, PostPage
from tests.support.comment_factories import make_comment
from tests.support.editors import client_of, editor_of, member_of
from tests.support.factories import make_author, make_post

LISTING = "/admin/posts/"
TITLE = re.compile(r'id="page_\d+_title"[^>]*>\s*(?:<a[^>]*>)?\s*([A-Z]\w+)')


def titles(page: str) -> list[str]:
    return TITLE.findall(page)


@pytest.fixture
def posts(blog: BlogPage) -> dict[str, PostPage]:
    """Posts of various tags, authors, sources, states and times."""
    ada, bob = make_author("ada"), make_author("bob")
    found = {
        "One": make_post(blog, "a b", title="One", authors=[ada, bob]),
        "Two": make_post(blog, "a c", title="Two", authors=[bob], link="https://www.example.org/x"),
        "Three": make_post(blog, "a", title="Three", live=False),
        "Four": make_post(blog, "b", title="Four"),
    }
    make_comment(found["Four"], "A remark.")
    make_comment(found["Four"], "Another.")
    make_comment(found["One"], "A third.")
    PageViewRestriction.objects.create(page=found["Four"], restriction_type="login")
    changed = PostPage.objects.get(pk=found["Two"].pk)
    changed.subtitle = "New"
    changed.save_revision()
    return found


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tags=a", {"One", "Two", "Three"}),
        ("tags=a,-c", {"One", "Three"}),
        ("tags=A B", {"One"}),
        ("tags=@bob -b", {"Two"}),
        ("tags=unknown", set()),
        ("tags=a -a", set()),
        ("source=external", {"Two"}),
        ("state=draft", {"Three"}),
        ("state=changed&state=private", {"Two", "Four"}),
        ("comments=any", {"One", "Four"}),
        ("comments=none", {"Two", "Three"}),
        ("published_from=2018-01-01&published_to=2018-01-31", {"One", "Two", "Three", "Four"}),
        ("published_from=2019-01-01", set()),
        ("q=three", {"Three"}),
        ("q=t&tags=c", {"Two"}),
    ],
)
def test_filters_find_posts(editor: Client, posts: dict[str, PostPage], query: str, expected: set[str]) -> None:
    page = editor.get(f"{LISTING}?{quote(query, safe='=&')}")
    assert set(titles(page.content.decode())) == expected


NONE = "No post is found: remove a filter, or search for other words."


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("tags=nosuch,a", "No post that you may see has the tag “nosuch”."),
        ("tags=secret plan", "No post that you may see has the tag “secret”."),  # as if there were none
        ("tags=a -a", "The tag “a” is both wanted and unwanted: leave one of the two out."),
        ("tags=a&q=nowhere", NONE),
        ("q=nowhere", NONE),
    ],
)
def test_empty_listing_says_why(blog: BlogPage, posts: dict[str, PostPage], query: str, sentence: str) -> None:
    make_post(blog, "secret-plan", live=False)
    author = client_of(member_of("Authors"))
    for address in (LISTING, f"{LISTING}results/"):
        page = author.get(f"{address}?{quote(query, safe='=&')}").content.decode()
        assert sentence in page
        assert "secret-plan" not in page
        assert "0 posts" not in page


def test_author_is_a_filter_among_several(editor: Client, posts: dict[str, PostPage]) -> None:
    ada, bob = (author.pk for author in posts["One"].authors)
    assert set(titles(editor.get(f"{LISTING}?author={ada}").content.decode())) == {"One"}
    assert set(titles(editor.get(f"{LISTING}?author={ada}&author={bob}").content.decode())) == {"One", "Two"}


@pytest.mark.parametrize(
    ("ordering", "first"),
    [
        ("-approved_comments", "Four"),
        ("first_author", "Three Four"),
        ("-published", "Four"),
        ("title", "Four"),
        ("-link", "Two"),
    ],
)
def test_listing_is_sorted(editor: Client, posts: dict[str, PostPage], ordering: str, first: str) -> None:
    assert titles(editor.get(f"{LISTING}?ordering={ordering}").content.decode())[0] in first


def test_rows_show_tags_source_and_comments(editor: Client, posts: dict[str, PostPage]) -> None:
    page = editor.get(f"{LISTING}?tags=c").content.decode()
    assert all(text in page for text in ("a, c", "example.org", "Bob"))


def test_export_is_of_what_is_listed_and_holds_no_formula(blog: BlogPage, posts: dict[str, PostPage]) -> None:
    make_post(blog, "a", title="=1+1", link="https://example.org/")
    elsewhere = Page.get_first_root_node().add_child(instance=BlogPage(title="Elsewhere", slug="elsewhere"))
    make_post(elsewhere, "a", title="Hidden from them", live=False)
    response = client_of(editor_of(blog)).get(f"{LISTING}?tags=a&export=csv&ordering=title")
    assert response.streaming
    rows = list(csv.DictReader(response.getvalue().decode().splitlines()))
    assert [row["Title"] for row in rows] == ["'=1+1", "One", "Three", "Two"]
    assert (rows[1]["Authors"], rows[1]["Tags"], rows[1]["Comments"]) == ("Ada, Bob", "a, b", "1")
    assert client_of(editor_of(elsewhere)).get(f"{LISTING}?export=xlsx").status_code == 200


def test_listing_asks_as_much_for_many_posts_as_for_few(moderator: Client, posts: dict[str, PostPage]) -> None:
    blog = posts["One"].get_parent().specific

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert moderator.get(LISTING).status_code == 200
        return len(captured)

    asked()
    few = asked()
    for _ in range(12):
        make_comment(make_post(blog, "a b c", authors=posts["One"].authors), "Text.")
    assert asked() == few


def many(action: str, posts: Iterable[PostPage] | None, listing: str = LISTING) -> str:
    chosen = "".join(f"&id={post.pk}" for post in posts) if posts is not None else "&id=all"
    return f"/admin/bulk/blog/postpage/{action}/?next={quote(listing)}{chosen}"


def do(client: Client, action: str, posts: Iterable[PostPage] | None, listing: str = LISTING, **form: Any) -> str:
    """Do something with posts, or with all of a listing, and return the page that comes then."""
    page: str = client.post(many(action, posts, listing), form, follow=True).content.decode()
    return page


def test_tags_and_author_of_many_posts(moderator: Client, client: Client, posts: dict[str, PostPage]) -> None:
    assert "Which tags are these posts to get" in moderator.get(many("add_tags", posts.values())).content.decode()
    assert "4 posts have been changed." in do(moderator, "add_tags", posts.values(), tags="A, brand new")
    assert PostPage.objects.filter(tags__name="brand new").count() == 4
    assert client.get("/tags/brand-new/").status_code == 200
    assert "1 post has been changed." in do(moderator, "remove_tags", None, f"{LISTING}?tags=c", tags="brand new")
    assert "There is no tag “brnad”" in do(moderator, "remove_tags", posts.values(), tags="brnad")
    eve = make_author("eve")
    assert "2 posts have been changed." in do(moderator, "set_author", [posts["One"], posts["Two"]], author=eve.pk)
    assert client.get("/@eve/").content.decode().count("<article") == 2


def test_publishing_and_unpublishing_many_posts(moderator: Client, client: Client, posts: dict[str, PostPage]) -> None:
    assert "1 post has been published." in do(moderator, "publish", [posts["Three"]])
    assert client.get(f"/{posts['Three'].slug}/").status_code == 200
    assert "2 posts have been unpublished." in do(moderator, "unpublish", [posts["Three"], posts["One"]])
    assert client.get(f"/{posts['One'].slug}/").status_code == 404


def test_nothing_chosen_is_said(moderator: Client, posts: dict[str, PostPage]) -> None:
    page = moderator.get(many("unpublish", [])).content.decode()
    assert "Nothing is chosen: go back, and tick what you mean." in page


def test_all_of_a_listing_goes_to_the_bin_and_back(moderator: Client, posts: dict[str, PostPage]) -> None:
    page = do(moderator, "bin", None, f"{LISTING}?q=t&tags=a")
    assert "2 posts are in the bin." in page
    assert set(BinnedPost.objects.values_list("post", flat=True)) == {posts["Two"].pk, posts["Three"].pk}


def test_unpublishing_drafts_says_that_they_are_not_published(moderator: Client, posts: dict[str, PostPage]) -> None:
    posts["One"].unpublish()
    posts["Three"].unpublish()
    question = moderator.get(many("unpublish", posts.values())).content.decode()
    assert "This concerns 2 posts:" in question
    assert "2 posts are not published, and stay as they are:" in question
    assert "You may not do this" not in question


def test_nobody_does_with_many_what_they_may_not_do_with_one(
    client: Client, blog: BlogPage, posts: dict[str, PostPage]
) -> None:
    """Editors change drafts alone, authors their own; who they may not see is named to nobody."""
    author = member_of("Authors")
    own = make_post(blog, "a", title="Own", live=False, owner=author)
    editor = client_of(member_of("Editors"))
    question = editor.get(many("add_tags", [*posts.values(), own])).content.decode()
    assert "This concerns 2 posts:" in question
    assert "You may not do this with 3 posts, which stay as they are:" in question
    do(editor, "add_tags", [*posts.values(), own], tags="z")
    assert {post.title for post in PostPage.objects.filter(tags__slug="z")} == {"Three", "Own"}
    writer = client_of(author)
    for action, form in (("remove_tags", {"tags": "a"}), ("publish", {}), ("unpublish", {}), ("bin", {})):
        do(writer, action, [*posts.values(), own], **form)
    assert {post.title for post in PostPage.objects.filter(tags__slug="a")} == {"One", "Two", "Three"}
    assert list(BinnedPost.objects.values_list("post", flat=True)) == [own.pk]
    assert PostPage.objects.filter(live=True).count() == 3
    outsider = client_of(editor_of(Page.get_first_root_node().add_child(instance=BlogPage(title="Other", slug="other"))))
    question = outsider.get(many("add_tags", posts.values())).content.decode()
    assert [title for title in posts if re.search(rf"\b{title}\b", question)] == []  # "One" may be part of the form's token
    assert client_of(User.objects.create_user("guest")).get(many("bin", posts.values())).status_code == 302


def test_too_many_posts_are_refused_in_words(
    moderator: Client, posts: dict[str, PostPage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PostsAction, "most", 3)
    assert "At most 3 posts can be changed at once" in do(moderator, "add_tags", None, tags="z")
