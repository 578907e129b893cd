"""Cards and entries of feeds are read once, whatever selections show them, and never outlive a change of their post."""

from functools import partial

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from blog.caching.fragments import OVERHEAD, FragmentCache
from blog.models import BlogPage, CommentState, IndexRevision, Tag
from blog.models.revision import MAX_REVISIONS, raise_revision
from blog.rendering.listing_cards import read_cards
from blog.tagindex import store
from comments.services import moderation
from tests.support.comment_factories import make_comment
from tests.support.factories import make_author, make_blog, make_post, rename_tag

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
    index = store.snapshot(blog.path)
    cards = partial(read_cards, index=index)
    roomy: FragmentCache[str] = FragmentCache(10**6)
    assert roomy.get(index, ids, cards) == cards(ids)
    limit = roomy.size - OVERHEAD
    small: FragmentCache[str] = FragmentCache(limit)
    for some in (ids[:2], ids[2:], ids):
        assert small.get(index, some, cards) == cards(some)
        assert small.size <= limit
    none: FragmentCache[str] = FragmentCache(0)
    assert none.get(index, ids, cards) == cards(ids)
    assert none.size == 0


def test_posts_come_in_the_order_asked_for_without_those_that_are_gone(blog: BlogPage) -> None:
    first, second, third = (make_post(blog, "a").pk for _ in range(3))
    index, kept = store.snapshot(blog.path), FragmentCache[str](10**6)
    cards = partial(read_cards, index=index)
    kept.get(index, [second], cards)
    assert list(kept.get(index, [third, second, 10**9, first], cards)) == [third, second, first]
    assert list(kept.get(index, [first, third], lambda _ids: {})) == [first, third]


def test_each_variant_is_cached_separately(blog: BlogPage) -> None:
    post = make_post(blog, "a").pk
    index, kept = store.snapshot(blog.path), FragmentCache[str](10**6)
    assert kept.get(index, [post], lambda _ids: {post: "rss"}, "rss") == {post: "rss"}
    assert kept.get(index, [post], lambda _ids: {post: "atom"}, "atom") == {post: "atom"}
    assert kept.get(index, [post], lambda _ids: {}, "rss") == {post: "rss"}


@pytest.mark.parametrize("form", ["", "feed.rss"])
def test_other_posts_are_not_read_again_after_one_has_changed(client: Client, blog: BlogPage, form: str) -> None:
    post = make_post(blog, "a", title="Changed")
    make_post(blog, "a", title="Unchanged")
    client.get(f"/tags/a/{form}")
    post.title = "Afterwards"
    post.save()
    (read,) = [sql for sql in asked(client, f"/tags/a/{form}") if "comment.post_id" in sql]
    assert f"IN ({post.pk})" in read


@pytest.mark.parametrize("form", ["", "feed.rss", "feed.atom", "feed.json"])
def test_new_name_of_a_tag_or_an_author_shows_in_the_next_request(client: Client, blog: BlogPage, form: str) -> None:
    author = make_author("ada", name="Ada")
    make_post(blog, "one two", authors=[author])
    client.get(f"/tags/two/{form}")
    rename_tag(Tag.objects.get(slug="one"), "Renamed")
    author.name = "Countess"
    author.save()
    text = client.get(f"/tags/two/{form}").content.decode()
    assert ("Renamed" in text, "Countess" in text, ">Ada<" in text) == (True, True, False)


def test_approved_comment_is_counted_in_the_next_request(client: Client, blog: BlogPage) -> None:
    comment = make_comment(make_post(blog, "a"), state=CommentState.WAITING)
    client.get("/tags/a/")
    moderation.decide([comment.pk], CommentState.APPROVED, "mo")
    assert "1 comment" in client.get("/tags/a/").content.decode()


def test_fragments_are_used_only_where_every_change_since_is_known(blog: BlogPage) -> None:
    post, other = make_post(blog, "a").pk, make_post(blog, "a").pk
    kept = FragmentCache[str](10**6)

    def read(word: str) -> dict[int, str]:
        index = store.snapshot(blog.path)
        return kept.get(index, [post, other], lambda ids: dict.fromkeys(ids, word))

    assert read("1") == {post: "1", other: "1"}
    raise_revision(())  # nothing that any post shows
    assert read("2") == {post: "1", other: "1"}
    raise_revision([other])
    assert read("3") == {post: "1", other: "3"}
    raise_revision([blog.pk])  # the blog's name
    assert read("4") == {post: "4", other: "4"}
    raise_revision()
    assert read("5") == {post: "5", other: "5"}
    IndexRevision.objects.update(number=F("number") + MAX_REVISIONS + 1)  # whose changes are forgotten
    assert read("6") == {post: "6", other: "6"}


def test_index_of_an_earlier_revision_neither_takes_nor_leaves_a_fragment(blog: BlogPage) -> None:
    post = make_post(blog, "a").pk
    earlier, kept = store.snapshot(blog.path), FragmentCache[str](10**6)
    raise_revision([post])
    assert kept.get(store.snapshot(blog.path), [post], lambda _ids: {post: "new"}) == {post: "new"}
    assert kept.get(earlier, [post], lambda _ids: {post: "old"}) == {post: "old"}
    assert kept.get(store.snapshot(blog.path), [post], lambda _ids: {}) == {post: "new"}
