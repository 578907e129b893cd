"""Posts that an editor pins to a tag stand above its listing, for those who may read them."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from wagtail.models import PageViewRestriction

from blog.models import BlogPage, Pin, PostPage, Tag
from blog.services.tags import merge
from blog.tagindex.store import read_revision
from tests.support.editors import member_of
from tests.support.factories import make_blog, make_post


def pin(tag: str, *posts: PostPage) -> None:
    """Pin posts as saving the form of the tag does."""
    kept = Tag.objects.get(slug=tag)
    kept.pins = [Pin(post=post, sort_order=place) for place, post in enumerate(posts)]
    kept.save()


def start(client: Client, address: str, host: str = "testserver") -> list[tuple[str, str]]:
    """Address and title of each post that a listing begins with."""
    html = client.get(address, headers={"host": host}).getvalue().decode()
    box = re.search(r'aria-label="Start here".*?</nav>', html, re.DOTALL)
    return re.findall(r'<li><a href="([^"]+)">([^<]+)</a>', box[0]) if box else []


@pytest.fixture
def posts(blog: BlogPage) -> list[PostPage]:
    """Three posts tagged a; the third is of no other tag than b."""
    return [
        make_post(blog, "a b", title="First", slug="first"),
        make_post(blog, "a", title="Second", slug="second"),
        make_post(blog, "b", title="Third", slug="third"),
    ]


def test_pinned_posts_begin_the_tags_page_in_their_order(client: Client, posts: list[PostPage]) -> None:
    pin("a", posts[2], posts[0])
    assert start(client, "/tags/a/") == [("/third/?in=a", "Third"), ("/first/?in=a", "First")]
    assert "2 notes" in client.get("/tags/a/").content.decode()  # they are counted as if they were not pinned


@pytest.mark.parametrize(
    "address",
    [
        *("/", "/tags/b/", "/tags/a+b/", "/tags/-a/", "/@ada/tags/a/", "/tags/a/?order=oldest", "/tags/a/?view=full"),
        *("/tags/a/?q=first", "/tags/a/?year=2018", "/tags/a/?source=internal", "/tags/a/?before=1600000000-1"),
    ],
)
def test_other_pages_do_not_begin_with_them(client: Client, posts: list[PostPage], address: str) -> None:
    pin("a", posts[2])
    assert start(client, "/tags/a/?contents=1") == [("/third/?in=a", "Third")]
    assert start(client, address) == []


def test_feed_ignores_pins(client: Client, posts: list[PostPage]) -> None:
    pin("a", posts[2])
    assert "Third" not in client.get("/tags/a/feed.atom").content.decode()


def test_pins_show_with_the_next_request(client: Client, posts: list[PostPage]) -> None:
    assert start(client, "/tags/a/") == []
    pin("a", posts[2])
    assert start(client, "/tags/a/") == [("/third/?in=a", "Third")]
    revision = read_revision()
    Pin.objects.get().delete()
    assert read_revision() > revision
    assert start(client, "/tags/a/") == []


@pytest.mark.parametrize("state", ["draft", "private", "deleted", "of another blog"])
def test_pinned_post_shows_to_nobody_who_may_not_read_it(client: Client, posts: list[PostPage], state: str) -> None:
    other = make_blog("other.example", "Other", default=False)
    pin("a", posts[2], posts[0])
    match state:
        case "draft":
            posts[2].unpublish()
        case "private":
            PageViewRestriction.objects.create(page=posts[2], restriction_type=PageViewRestriction.LOGIN)
        case "deleted":
            posts[2].delete()
        case _:
            posts[2].move(other, pos="last-child")
    assert start(client, "/tags/a/") == [("/first/?in=a", "First")]
    client.force_login(User.objects.create_user("reader"))
    seen = [("/third/?in=a", "Third"), ("/first/?in=a", "First")]
    assert start(client, "/tags/a/") == (seen if state == "private" else seen[1:])


def test_merged_tag_keeps_what_was_pinned_to_both(client: Client, posts: list[PostPage]) -> None:
    pin("a", posts[2], posts[0])
    pin("b", posts[0], posts[1])
    merge(Tag.objects.get(slug="b"), Tag.objects.get(slug="a"))
    assert sorted(title for _address, title in start(client, "/tags/a/")) == ["First", "Second", "Third"]


def test_editor_pins_posts_in_the_admin(client: Client, posts: list[PostPage]) -> None:
    client.force_login(member_of("Moderators"))
    tag = Tag.objects.get(slug="a")
    address = f"/admin/snippets/blog/tag/edit/{tag.pk}/"
    assert "Start here" in client.get(address).content.decode()
    fields = {
        **{"name": "a", "slug": "a", "description": "", "order": "newest"},
        **{"pins-TOTAL_FORMS": "2", "pins-INITIAL_FORMS": "0", "pins-MIN_NUM_FORMS": "0", "pins-MAX_NUM_FORMS": "10"},
        **{"pins-0-post": str(posts[2].pk), "pins-0-ORDER": "2", "pins-0-id": "", "pins-0-DELETE": ""},
        **{"pins-1-post": str(posts[1].pk), "pins-1-ORDER": "1", "pins-1-id": "", "pins-1-DELETE": ""},
    }
    assert client.post(address, fields).status_code == 302
    assert start(Client(), "/tags/a/") == [("/second/?in=a", "Second"), ("/third/?in=a", "Third")]
