"""Cards and entries of feeds are read once, whatever selections show them, and never outlive a change of their post."""

from functools import partial

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from blog import snapshots
from blog.cards import read_cards
from blog.fragmentcache import OVERHEAD, FragmentCache
from blog.models import BlogPage
from tests.factories import make_blog, make_post

pytestmark = pytest.mark.django_db(transaction=True)  # what is not committed is not kept


@pytest.fixture
def blog(transactional_db: None) -> BlogPage:
    return make_blog()


def asked(client: Client, address: str) -> list[str]:
    """What a request asks the database beside the revision."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in captured if "blog_indexrevision" not in query["sql"]]


@pytest.mark.parametrize("form", ["", "feed.rss", "feed.atom", "feed.json"])
def test_posts_shown_before_are_not_read_again_for_another_selection(client: Client, blog: BlogPage, form: str) -> None:
    make_post(blog, "a b", title="Both")
    make_post(blog, "a b c", title="All")
    client.get(f"/tags/a+b/{form}")
    assert asked(client, f"/tags/a+-c/{form}") == asked(client, f"/tags/b+c/{form}") == []
    assert "Both" in client.get(f"/tags/a+b/{form}").content.decode()


@pytest.mark.parametrize("form", ["", "feed.rss", "feed.atom", "feed.json"])
def test_change_shows_in_the_next_request(client: Client, blog: BlogPage, form: str) -> None:
    post = make_post(blog, "a b", title="Before")
    client.get(f"/tags/a/{form}")
    post.title = "Afterwards"
    post.save_revision().publish()
    text = client.get(f"/tags/b/{form}").content.decode()
    assert "Afterwards" in text
    assert "Before" not in text


@pytest.mark.parametrize("form", ["", "feed.rss"])
def test_what_is_not_committed_takes_no_place(client: Client, blog: BlogPage, form: str) -> None:
    post = make_post(blog, "a b", title="Committed")
    client.get(f"/tags/a/{form}")
    with transaction.atomic():
        post.title = "Taken back"
        post.save()
        assert "Taken back" in client.get(f"/tags/a/{form}").content.decode()
        transaction.set_rollback(True)
    asked_again = [sql for sql in asked(client, f"/tags/a+b/{form}") if "blog_postpage" in sql]
    assert asked_again == []  # what was kept before is still there
    assert "Committed" in client.get(f"/tags/a+b/{form}").content.decode()


def test_beyond_its_limit_it_begins_anew(blog: BlogPage) -> None:
    ids = [make_post(blog, "a").pk for _ in range(4)]
    index = snapshots.snapshot(blog.path)
    cards = partial(read_cards, index=index)
    roomy: FragmentCache[str] = FragmentCache(10**6)
    assert roomy.get(index, ids, cards) == cards(ids)
    room = roomy.size - OVERHEAD
    small: FragmentCache[str] = FragmentCache(room)
    for some in (ids[:2], ids[2:], ids):
        assert small.get(index, some, cards) == cards(some)
        assert small.size <= room
    none: FragmentCache[str] = FragmentCache(0)
    assert none.get(index, ids, cards) == cards(ids)
    assert none.size == 0


def test_posts_come_in_the_order_asked_for_without_those_that_are_gone(blog: BlogPage) -> None:
    first, second, third = (make_post(blog, "a").pk for _ in range(3))
    index, kept = snapshots.snapshot(blog.path), FragmentCache[str](10**6)
    cards = partial(read_cards, index=index)
    kept.get(index, [second], cards)
    assert list(kept.get(index, [third, second, 10**9, first], cards)) == [third, second, first]
    assert list(kept.get(index, [first, third], lambda _ids: {})) == [first, third]


def test_each_look_is_kept_apart(blog: BlogPage) -> None:
    post = make_post(blog, "a").pk
    index, kept = snapshots.snapshot(blog.path), FragmentCache[str](10**6)
    assert kept.get(index, [post], lambda _ids: {post: "rss"}, "rss") == {post: "rss"}
    assert kept.get(index, [post], lambda _ids: {post: "atom"}, "atom") == {post: "atom"}
    assert kept.get(index, [post], lambda _ids: {}, "rss") == {post: "rss"}
