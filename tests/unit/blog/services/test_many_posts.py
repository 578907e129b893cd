"""What is done with many posts changes each as it would one: the page, the draft, the log and the index of references."""

from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageLogEntry, ReferenceIndex

from blog.models import BinnedPost, BlogPage, PostPage, Tag
from blog.services.bin import move_to_bin, restore
from blog.services.many_posts import add_tags, publish, remove_tags, set_author, unpublish
from tests.support.editors import member_of
from tests.support.factories import make_author, make_post


@pytest.fixture
def posts(blog: BlogPage) -> list[PostPage]:
    """A published post, one with a draft beside it, a draft alone, and a post that Wagtail has no revision of."""
    authors = [make_author("ada"), make_author("bob")]
    found = [make_post(blog, "a b", slug=slug, authors=authors) for slug in ("plain", "changed", "draft", "bare")]
    for post in found[:3]:
        post.save_revision().publish()
    found[2].unpublish()
    changed = PostPage.objects.get(pk=found[1].pk)
    changed.title = "Retitled"
    changed.save_revision()
    return [PostPage.objects.get(pk=post.pk) for post in found]


def tags_of(post: PostPage) -> list[str]:
    return [item.tag.slug for item in post.tagged_items.select_related("tag").all()]


def states(posts: Iterable[PostPage]) -> list[tuple[list[str], list[str]]]:
    """Return the tags of the row and of the newest draft of each post."""
    rows = [PostPage.objects.get(pk=post.pk) for post in posts]
    return [(tags_of(row), tags_of(row.get_latest_revision_as_object())) for row in rows]


def references_are_right(posts: Iterable[PostPage]) -> bool:
    """Return whether the index of references is what Wagtail makes anew."""
    fields = ("object_id", "to_object_id", "model_path", "content_path", "content_path_hash")

    def rows() -> set[tuple[object, ...]]:
        return set(ReferenceIndex.objects.values_list(*fields))

    before = rows()
    for post in posts:
        ReferenceIndex.create_or_update_for_object(PostPage.objects.get(pk=post.pk))
    return before == rows()


def test_tags_are_added_to_page_and_draft(client: Client, posts: list[PostPage]) -> None:
    for post in posts:
        ReferenceIndex.create_or_update_for_object(post)
    user = member_of("Moderators")
    new = Tag.objects.create(name="new", slug="new-one")
    tags = [Tag.objects.get(slug="b"), new]
    assert add_tags([post.pk for post in posts], tags, user) == 4
    assert states(posts) == [(["a", "b", "new-one"], ["a", "b", "new-one"])] * 4
    assert client.get("/tags/new-one/").content.decode().count("<article") == 3
    assert references_are_right(posts)
    entries = PageLogEntry.objects.filter(user=user, action="wagtail.edit")
    assert [entry.revision_id == posts_revision(entry.page_id) for entry in entries] == [True] * 4
    assert add_tags([post.pk for post in posts], tags, user) == 0
    plain, changed = (PostPage.objects.get(pk=post.pk) for post in posts[:2])
    assert (plain.live_revision_id, plain.has_unpublished_changes) == (plain.latest_revision_id, False)
    assert (changed.live_revision_id == changed.latest_revision_id, changed.has_unpublished_changes) == (False, True)
    changed.get_latest_revision().publish()
    assert tags_of(PostPage.objects.get(pk=changed.pk)) == ["a", "b", "new-one"]


def posts_revision(post: int) -> int | None:
    revision: int | None = PostPage.objects.get(pk=post).latest_revision_id
    return revision


def test_tags_are_removed_from_page_and_draft(client: Client, posts: list[PostPage]) -> None:
    for post in posts:
        ReferenceIndex.create_or_update_for_object(post)
    assert remove_tags([post.pk for post in posts[:3]], [Tag.objects.get(slug="a")]) == 3
    assert states(posts) == [(["b"], ["b"])] * 3 + [(["a", "b"], ["a", "b"])]
    assert client.get("/tags/a/").content.decode().count("<article") == 1
    assert references_are_right(posts)


def test_author_is_set_on_page_and_draft(client: Client, posts: list[PostPage]) -> None:
    for post in posts:
        ReferenceIndex.create_or_update_for_object(post)
    eve = make_author("eve")
    assert set_author([post.pk for post in posts], eve) == 4
    for post in posts:
        row = PostPage.objects.get(pk=post.pk)
        assert row.authors == row.get_latest_revision_as_object().authors == [eve]
    assert (client.get("/@ada/").status_code, client.get("/@eve/").status_code) == (404, 200)
    assert references_are_right(posts)
    PostPage.objects.get(slug="changed").get_latest_revision().publish()
    assert PostPage.objects.get(slug="changed").authors == [eve]


@pytest.mark.parametrize(
    "change",
    [
        lambda ids: add_tags(ids, [Tag.objects.get(slug="c")]),
        lambda ids: remove_tags(ids, [Tag.objects.get(slug="a")]),
        lambda ids: set_author(ids, make_author("cyd")),
        lambda ids: publish(ids)[0],
        unpublish,
    ],
)
def test_post_in_the_bin_stays_as_it_is(posts: list[PostPage], change: Callable[[list[int]], int]) -> None:
    Tag.objects.create(name="c", slug="c")
    ids = [post.pk for post in posts]
    move_to_bin(ids)
    before = list(PostPage.objects.order_by("pk").values())
    assert change(ids) == 0
    assert list(PostPage.objects.order_by("pk").values()) == before
    assert {tuple(tags) for found in states(posts) for tags in found} == {("a", "b")}


def test_bin_gives_back_public_pages_and_feeds_byte_for_byte(client: Client, posts: list[PostPage]) -> None:
    before = public_pages(client)
    move_to_bin([post.pk for post in posts])
    assert public_pages(client) != before
    restore(BinnedPost.objects.all())
    assert public_pages(client) == before


def public_pages(client: Client) -> dict[str, tuple[int, bytes]]:
    listings = ("/", "/tags/", "/tags/a/", "/tags/a+b/", "/tags/new/", "/@ada/", "/@eve/", "/?view=full")
    feeds = [f"{path}feed.{form}" for path in ("/", "/tags/a/", "/@ada/") for form in ("rss", "atom", "json")]
    answers = {address: client.get(address) for address in (*listings, *feeds, "/plain/", "/changed/", "/draft/", "/plain.md")}
    return {address: (answer.status_code, answer.getvalue()) for address, answer in answers.items()}


def test_posts_are_unpublished_as_wagtail_does(client: Client, blog: BlogPage, posts: list[PostPage]) -> None:
    make_post(blog, "c", slug="linking", body=f"[to](page:{posts[0].pk})")
    before = client.get("/linking/").content
    fields = ("live", "has_unpublished_changes", "live_revision", "first_published_at", "last_published_at")
    posts[1].unpublish()
    assert unpublish([post.pk for post in posts]) == 2
    rows = [PostPage.objects.filter(slug=slug).values_list(*fields[:3]).get() for slug in ("plain", "changed", "draft", "bare")]
    assert rows == [(False, True, None)] * 4
    assert [client.get(f"/{post.slug}/").status_code for post in posts] == [404] * 4
    assert client.get("/linking/").content != before


def test_posts_are_published_and_what_cannot_be_stays_a_draft(client: Client, blog: BlogPage, posts: list[PostPage]) -> None:
    """As one whose slug another post has got meanwhile, which Wagtail says when the post is saved."""
    draft = PostPage.objects.get(pk=posts[2].pk)
    draft.slug = "taken"
    draft.save_revision()
    make_post(blog, slug="taken")
    number, faults = publish([post.pk for post in posts])
    assert (number, [fault.partition(":")[0] for fault in faults]) == (1, [draft.title])
    assert "taken" in faults[0]
    assert not PostPage.objects.get(pk=draft.pk).live
    assert "Retitled" in client.get("/changed/").content.decode()
    unpublish([post.pk for post in posts])
    draft.slug = "draft"
    draft.save_revision()
    assert publish([post.pk for post in posts]) == (4, [])
    assert [client.get(f"/{post.slug}/").status_code for post in posts] == [200] * 4


def test_publishing_is_noted_in_the_log_and_the_indexes_as_wagtail_does(blog: BlogPage, posts: list[PostPage]) -> None:
    user, fields = member_of("Moderators"), ("action", "label", "user", "content_changed", "data", "page", "revision")
    found, ids = [], [post.pk for post in posts[:3]]
    references_are_right(posts)  # which makes them so
    for act in (lambda: [post.get_latest_revision().publish(user=user) for post in posts[:3]], lambda: publish(ids, user)):
        unpublish(ids)
        PageLogEntry.objects.all().delete()
        PostPage.objects.filter(slug="changed").update(title="changed")
        act()
        found.append(list(PageLogEntry.objects.order_by("page", "action").values_list(*fields)))
        assert references_are_right(posts)
    assert found[0] == found[1]
    assert [entry[0] for entry in found[0]] == ["wagtail.publish", "wagtail.publish", "wagtail.rename", "wagtail.publish"]


def test_what_a_draft_has_in_common_with_the_page_is_not_written_again(blog: BlogPage, posts: list[PostPage]) -> None:
    unpublish([post.pk for post in posts])
    tagged = PostPage.objects.get(pk=posts[2].pk)
    tagged.tags.add("c")
    tagged.save_revision()
    with CaptureQueriesContext(connection) as captured:
        assert publish([post.pk for post in posts]) == (4, [])
    written = [sql for sql in (query["sql"] for query in captured) if sql.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert [tags_of(post) for post in posts] == [["a", "b"], ["a", "b"], ["a", "b", "c"], ["a", "b"]]
    assert len([sql for sql in written if "blog_posttag" in sql]) == 3  # of the one post whose tags are others
    assert not [sql for sql in written if "blog_postauthor" in sql]
    assert len([sql for sql in written if "UPDATE blog_indexrevision" in sql]) == 1


def test_scheduled_revision_gets_the_tag(blog: BlogPage) -> None:
    later = timezone.now() + timedelta(days=1)
    post = make_post(blog, "a", live=False)
    revision = post.save_revision(approved_go_live_at=later)
    make_post(blog, "b")
    add_tags([post.pk], [Tag.objects.get(slug="b")])
    revision.refresh_from_db()
    assert (revision.approved_go_live_at, revision.pk) == (later, PostPage.objects.get(pk=post.pk).latest_revision_id)
    revision.publish()
    assert tags_of(PostPage.objects.get(pk=post.pk)) == ["a", "b"]


def test_number_of_queries_is_that_of_one(blog: BlogPage) -> None:
    tag = Tag.objects.create(name="new", slug="new-one")
    one, many = ([make_post(blog, "a") for _ in range(number)] for number in (1, 12))
    for post in (*one, *many):
        post.save_revision()
    asked = []
    for some in (one, many):
        with CaptureQueriesContext(connection) as captured:
            add_tags([post.pk for post in some], [tag])
        asked.append(len(captured))
    assert asked[0] == asked[1]


def test_an_alias_is_published_with_its_post_alone(blog: BlogPage, posts: list[PostPage]) -> None:
    """Wagtail makes no revision of an alias, which would be published."""
    alias = posts[0].create_alias(parent=blog, update_slug="alias")
    assert unpublish([posts[0].pk]) == 1
    assert not PostPage.objects.get(pk=alias.pk).live
    assert publish([alias.pk]) == (0, [])
    assert publish([posts[0].pk, alias.pk]) == (1, [])
    assert PostPage.objects.get(pk=alias.pk).live
