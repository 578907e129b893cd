"""What was done to many posts is undone byte for byte; what was done since to a single post stays."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import chain
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageLogEntry, ReferenceIndex

from blog.admin.post_undo import may_undo
from blog.models import Author, BlogPage, PostAuthor, PostOperation, PostPage, PostTag, Tag
from blog.models.operations import UNDOABLE
from blog.services.bin import move_to_bin
from blog.services.many_posts import add_tags, publish, remove_tags, set_author, unpublish
from blog.services.tags import delete_tag, merge
from blog.services.undo_posts import undo_posts
from tests.support.editors import member_of
from tests.support.factories import make_author, make_post
from tests.unit.blog.services.test_many_posts import posts, public_pages, references_are_right, states, tags_of

__all__ = ["posts"]  # a fixture

ROWS = ("live", "has_unpublished_changes", "first_published_at", "last_published_at", "published", "title")


def tag(name: str) -> Tag:
    return Tag.objects.get_or_create(name=name)[0]


def ids_of(posts: list[PostPage]) -> list[int]:
    return [post.pk for post in posts]


def latest(_done: Any) -> PostOperation:
    """Return what has just been done."""
    return PostOperation.objects.latest("pk")


def eve() -> Author:
    return Author.objects.filter(handle="eve").first() or make_author("eve")


OPERATIONS: dict[str, Callable[[list[int], UUID], Any]] = {
    "add tags": lambda ids, batch: add_tags(ids, [tag("b"), tag("new")], None, batch),
    "add a tag that some have": lambda ids, batch: add_tags(ids, [tag("c"), tag("new")], None, batch),
    "remove tags": lambda ids, batch: remove_tags(ids, [tag("a"), tag("c")], None, batch),
    "set author": lambda ids, batch: set_author(ids, eve(), None, batch),
    "publish": lambda ids, batch: publish(ids, None, batch),
    "unpublish": lambda ids, batch: unpublish(ids, None, batch),
}


@pytest.mark.parametrize("lots", [1, 2])
@pytest.mark.parametrize("name", OPERATIONS)
def test_undo_restores_pages_and_feeds_byte_for_byte(client: Client, posts: list[PostPage], name: str, lots: int) -> None:
    post = PostPage.objects.get(pk=posts[0].pk)
    post.tags.add("c")
    post.save_revision().publish()
    for each in PostPage.objects.all():
        ReferenceIndex.create_or_update_for_object(each)
    before, drafts, rows = public_pages(client), states(posts), relations()
    fields = list(PostPage.objects.order_by("pk").values_list(*ROWS))
    batch = uuid4()
    for number in range(lots):
        OPERATIONS[name](ids_of(posts)[number::lots], batch)
    operation = PostOperation.objects.get()
    assert operation.lots.count() == lots
    assert public_pages(client) != before
    assert undo_posts(operation) == operation.count
    assert public_pages(client) == before
    assert (states(posts), relations()) == (drafts, rows)
    assert list(PostPage.objects.order_by("pk").values_list(*ROWS)) == fields
    assert references_are_right(posts)
    assert PageLogEntry.objects.filter(action="blog.undo").count() == operation.count
    assert undo_posts(operation) == 0  # once


def relations() -> list[Any]:
    return [sorted(PostTag.objects.values_list()), sorted(PostAuthor.objects.values_list())]


def test_what_cannot_be_published_is_not_undone_either(client: Client, blog: BlogPage, posts: list[PostPage]) -> None:
    draft = PostPage.objects.get(pk=posts[2].pk)
    draft.slug = "taken"
    draft.save_revision()
    make_post(blog, slug="taken")
    before = public_pages(client)
    operation = latest(publish(ids_of(posts)))
    assert operation.count == 1
    assert list(operation.lots.get().changes) == [str(posts[1].pk)]
    assert undo_posts(operation) == 1
    assert public_pages(client) == before


def test_where_nothing_is_changed_there_is_nothing_to_undo(posts: list[PostPage]) -> None:
    assert add_tags(ids_of(posts), [tag("a")]) == 0
    assert not PostOperation.objects.exists()


def test_what_is_done_after_an_undo_is_undone_by_the_next(posts: list[PostPage]) -> None:
    """As a job that goes on meanwhile does."""
    batch = uuid4()
    add_tags([posts[0].pk], [tag("new")], None, batch)
    operation = latest(None)
    assert undo_posts(operation) == 1
    add_tags([posts[1].pk], [tag("new")], None, batch)
    operation = PostOperation.objects.get()
    assert (operation.count, operation.is_undoable) == (2, True)
    assert undo_posts(operation) == 1
    assert not PostOperation.objects.get().is_undoable
    assert not PostPage.objects.filter(tags__slug="new").exists()


def test_undo_of_unpublishing_restores_the_schedule(posts: list[PostPage]) -> None:
    later = timezone.now() + timedelta(days=1)
    revision = posts[0].save_revision(approved_go_live_at=later)
    operation = latest(unpublish(ids_of(posts)))
    revision.refresh_from_db()
    assert revision.approved_go_live_at is None
    undo_posts(operation)
    revision.refresh_from_db()
    assert revision.approved_go_live_at == later


def test_what_was_done_to_a_post_since_stays(posts: list[PostPage]) -> None:
    added, removed = latest(add_tags(ids_of(posts), [tag("new")])), latest(remove_tags(ids_of(posts), [tag("a")]))
    authors = latest(set_author(ids_of(posts), eve()))
    plain, changed = (PostPage.objects.get(pk=post.pk) for post in posts[:2])
    plain.tags.add("own")
    plain.authors = [*plain.authors, Author.objects.get(handle="ada")]
    plain.save_revision().publish()
    changed.delete()
    assert undo_posts(authors) == 2
    assert [author.handle for author in PostPage.objects.get(pk=plain.pk).authors] == ["eve", "ada"]
    assert undo_posts(removed) == undo_posts(added) == 3
    assert sorted(tags_of(PostPage.objects.get(pk=plain.pk))) == ["a", "b", "own"]
    assert [sorted(row) for row in states([plain])[0]] == [["a", "b", "own"]] * 2


def test_tags_gone_or_merged_meanwhile_are_followed(blog: BlogPage) -> None:
    post = make_post(blog, "a b c")
    operation = latest(remove_tags([post.pk], [tag("a"), tag("b")]))
    delete_tag(tag("a"))
    merge(tag("b"), tag("c"))
    undo_posts(operation)
    assert tags_of(PostPage.objects.get(pk=post.pk)) == ["c"]


def test_post_in_the_bin_or_edited_since_is_left(client: Client, posts: list[PostPage]) -> None:
    hidden = latest(unpublish(ids_of(posts)))
    move_to_bin([posts[0].pk])
    assert undo_posts(hidden) == 2
    assert client.get("/plain/").status_code == 404
    shown = latest(publish([posts[1].pk]))
    draft = PostPage.objects.get(pk=posts[1].pk)
    draft.title = "Retitled again"
    draft.save_revision().publish()
    assert undo_posts(shown) == 0
    assert "Retitled again" in client.get("/changed/").text


def test_only_what_is_allowed_is_undone_and_that_for_thirty_days(posts: list[PostPage]) -> None:
    operation = latest(add_tags(ids_of(posts), [tag("new")]))
    PostOperation.objects.update(at=timezone.now() - UNDOABLE)
    assert undo_posts(operation) == 0
    PostOperation.objects.update(at=timezone.now())
    assert undo_posts(operation, None, lambda post: post.slug == "bare") == 1
    assert PostOperation.objects.forget_old() == 0
    PostOperation.objects.update(at=timezone.now() - UNDOABLE)
    assert PostOperation.objects.forget_old() == 1


@pytest.mark.parametrize("name", ["add tags", "set author", "unpublish"])
def test_number_of_queries_is_that_of_one(blog: BlogPage, name: str) -> None:
    batches = [[make_post(blog, "a") for _ in range(number)] for number in (1, 1, 12)]  # the first fills Django's caches
    for post in chain(*batches):
        post.save_revision().publish()
    operations = [latest(OPERATIONS[name](ids_of(some), uuid4())) for some in batches]
    moderator = member_of("Moderators")
    asked = []
    for operation in operations:
        with CaptureQueriesContext(connection) as captured:
            undo_posts(operation, moderator, partial(may_undo, moderator, operation))
        asked.append(len(captured))
    assert asked[1] == asked[2]
