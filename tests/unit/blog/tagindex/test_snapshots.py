"""Snapshots over a real database: who sees which posts, and when; and that no change escapes the revision."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import count
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, Revision

from blog.management.commands.check_index import Entry, differences, entry_of
from blog.models import Author, BlogPage, Change, IndexRevision, PostAuthor, PostPage, PostTag, Tag
from blog.models.revision import MAX_REVISIONS, locked_revision, raise_revision
from blog.selections.selection import Selection
from blog.services.scheduling import publish_scheduled
from blog.tagindex import TagIndex, store
from tests.support.factories import make_author, make_blog, make_post, make_posts
from tests.support.migrated_rows import flush

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _forget_snapshots() -> None:
    store.clear()


def posts_and_tags(index: TagIndex) -> list[tuple[int, list[str]]]:
    """What an index tells, in short: ids from the newest, with their tags."""
    found = []
    for post in index.ids(index.all_positions):
        position = index.position(post)
        assert position is not None
        found.append((post, [tag.slug for tag in index.tags_of(position)]))
    return found


def test_snapshot_holds_what_was_saved(blog: BlogPage) -> None:
    ada = make_author("ada")
    older = make_post(blog, "a b", authors=[ada])
    newer = make_post(blog, "b c", link="https://example.org/")
    make_post(blog, "d", live=False)
    index = store.snapshot(blog.path)
    assert [(facet.tag.slug, facet.count) for facet in index.tags()] == [("b", 2), ("a", 1), ("c", 1)]
    assert index.authors() == {"ada": 1}
    assert index.page(index.select(Selection()), 20).ids == [newer.pk, older.pk]
    assert index.page(index.select(Selection.parse("b+source:internal")), 20).ids == [older.pk]
    assert index.unknown(Selection.parse("a+-d+@bob")) == ("d", "@bob")
    assert (index.revision, index.version) == (store.read_revision(), str(store.read_revision()))


def test_snapshot_of_each_blog_is_its_own(blog: BlogPage) -> None:
    other = make_blog("other.example", default=False)
    here, there = make_post(blog, "a"), make_post(other, "a b")
    assert posts_and_tags(store.snapshot(blog.path)) == [(here.pk, ["a"])]
    assert posts_and_tags(store.snapshot(other.path)) == [(there.pk, ["a", "b"])]


def test_private_post_is_seen_by_its_audience_alone(blog: BlogPage) -> None:
    post = make_post(blog, "a")
    own = PageViewRestriction.objects.create(page=post, restriction_type=PageViewRestriction.LOGIN)
    assert posts_and_tags(store.snapshot(blog.path)) == []
    assert posts_and_tags(store.snapshot(blog.path, frozenset({own.pk}))) == [(post.pk, ["a"])]
    above = PageViewRestriction.objects.create(page=blog.get_parent(), restriction_type=PageViewRestriction.PASSWORD)
    assert posts_and_tags(store.snapshot(blog.path, frozenset({own.pk}))) == []
    assert posts_and_tags(store.snapshot(blog.path, frozenset({own.pk, above.pk}))) == [(post.pk, ["a"])]


def test_expired_post_leaves_without_a_new_revision(blog: BlogPage) -> None:
    for seconds in (0.5, 5, 50, 500):  # a busy machine may take longer than a moment for the snapshot before it expires
        post = make_post(blog, "a", expire_at=timezone.now() + timedelta(seconds=seconds))
        index = store.snapshot(blog.path)
        if timezone.now() < post.expire_at:
            break
    assert index.stale_at == post.expire_at.timestamp()
    assert posts_and_tags(index) == [(post.pk, ["a"])]
    while timezone.now() <= post.expire_at:
        time.sleep(0.05)
    later = store.snapshot(blog.path)
    assert (posts_and_tags(later), later.revision, later.version != index.version) == ([], index.revision, True)


def test_tag_of_hidden_posts_alone_is_unknown(blog: BlogPage) -> None:
    make_post(blog, "a", live=False)
    make_post(blog, "a", expire_at=timezone.now() - HOUR)
    PageViewRestriction.objects.create(page=make_post(blog, "a"), restriction_type=PageViewRestriction.LOGIN)
    index = store.snapshot(blog.path)
    assert (index.tag("a"), index.tags(), index.unknown(Selection.parse("a"))) == (None, [], ("a",))


def test_post_without_publication_time_stands_where_it_was_first_published(blog: BlogPage) -> None:
    dated, other = make_post(blog), make_post(blog)
    PostPage.objects.filter(pk=other.pk).update(published=None, first_published_at=datetime(2001, 1, 1, tzinfo=UTC))
    raise_revision()
    assert [post for post, _ in posts_and_tags(store.snapshot(blog.path))] == [dated.pk, other.pk]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_was_never_seen_by_others() -> None:
    _start_anew()
    blog = make_blog()
    post = make_post(blog, "a")
    revision = store.read_revision()
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
        secret = make_post(blog, "b")
        assert posts_and_tags(store.snapshot(blog.path)) == [(secret.pk, ["b"]), (post.pk, ["a"])]
        with pytest.raises(KeyError), transaction.atomic():  # noqa: PT012
            post.delete()
            assert posts_and_tags(store.snapshot(blog.path)) == [(secret.pk, ["b"])]
            raise KeyError
        assert posts_and_tags(store.snapshot(blog.path)) == [(secret.pk, ["b"]), (post.pk, ["a"])]
        raise ZeroDivisionError
    assert posts_and_tags(store.snapshot(blog.path)) == [(post.pk, ["a"])]
    assert store.read_revision() == revision
    store.snapshot(blog.path, revision=revision + 9)  # asked for more than there is, it gives what there is
    raise_revision(())
    assert posts_and_tags(store.snapshot(blog.path)) == [(post.pk, ["a"])]


@pytest.mark.django_db(transaction=True)
def test_what_a_locked_block_changes_is_seen_within_it_alone_and_raises_the_revision_once() -> None:
    _start_anew()
    blog = make_blog()
    first, second = make_posts(blog, ["a", "b"])
    revision = store.read_revision()
    with locked_revision():
        first.unpublish()
        assert posts_and_tags(store.snapshot(blog.path)) == [(second.pk, ["b"])]
        with pytest.raises(KeyError), locked_revision():  # noqa: PT012
            second.delete()
            assert posts_and_tags(store.snapshot(blog.path)) == []
            raise KeyError
        assert posts_and_tags(store.snapshot(blog.path)) == [(second.pk, ["b"])]
        assert store.read_revision() == revision
    assert store.read_revision() == revision + 1
    assert set(Change.objects.filter(revision=revision + 1).values_list("post_id", flat=True)) == {first.pk, second.pk}
    assert posts_and_tags(store.snapshot(blog.path)) == [(second.pk, ["b"])]
    with pytest.raises(ZeroDivisionError), locked_revision():  # noqa: PT012
        second.unpublish()
        raise ZeroDivisionError
    assert store.read_revision() == revision + 1
    PostPage.objects.get(pk=second.pk).unpublish()  # which raises it by itself again
    assert posts_and_tags(store.snapshot(blog.path)) == []


class Crash(Exception):
    """What a process that dies looks like to its transaction."""


class CrashAtRaise:
    """Dies in place of the raise of the revision numbered `at`."""

    def __init__(self, at: int) -> None:
        self.at, self.raises = at, 0

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith("UPDATE") and "blog_indexrevision" in sql:
            self.raises += 1
            if self.raises == self.at:
                raise Crash
        return execute(sql, *rest)


def _restrict(page: Page, **fields: Any) -> PageViewRestriction:
    return PageViewRestriction.objects.create(**{"page": page, "restriction_type": PageViewRestriction.LOGIN, **fields})


def _publish(post: PostPage) -> None:
    post.save_revision().publish()


def _retag(post: PostPage, *tags: str) -> None:
    post.tags.set(tags)
    post.save()


def _give_two_authors(post: PostPage) -> None:
    post.authors = [make_author("eve"), *post.authors]
    post.save()


def _take_authors(post: PostPage) -> None:
    post.authors = []
    post.save()


def _go_live_later(post: PostPage) -> None:
    post.live, post.go_live_at = False, timezone.now() + HOUR
    post.save()
    revision = post.save_revision()
    revision.publish()
    Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=timezone.now() - HOUR)


def _expire(post: PostPage) -> None:
    Page.objects.filter(pk=post.pk).update(expire_at=timezone.now() - HOUR)
    raise_revision([post.pk])


def _save_only_live(page: Page) -> None:
    page.live = False
    page.save(update_fields=["live"])


def _rename(tag: Tag) -> None:
    tag.name = tag.slug = "renamed"
    tag.save()


def _publish_scheduled(post: PostPage) -> None:
    publish_scheduled()


def _unpublish_alias_with_source(post: PostPage) -> None:
    post.create_alias(update_slug="alias")
    post.unpublish()


def _change_alias_with_source(post: PostPage) -> None:
    post.create_alias(update_slug="alias")
    post.tags.set(["c"])
    _publish(post)


def _nothing(post: PostPage) -> None:
    pass


# What an editor, a command or a shell may do to a post, after what was done before; each in autocommit, its worst case.
CHANGES: dict[str, dict[str, tuple[Callable[[PostPage], Any], Callable[[PostPage], Any]]]] = {
    "publication": {
        "publish": (lambda post: post.unpublish(), _publish),
        "unpublish": (_nothing, lambda post: post.unpublish()),
        "unpublish the bare page": (_nothing, lambda post: Page.objects.get(pk=post.pk).unpublish()),
        "save only live": (_nothing, _save_only_live),
        "save only live of the bare page": (_nothing, lambda post: _save_only_live(Page.objects.get(pk=post.pk))),
        "date back": (_nothing, lambda post: (setattr(post, "published", datetime(1999, 1, 1, tzinfo=UTC)), _publish(post))),
        "go live as scheduled": (_go_live_later, _publish_scheduled),
        "expire as scheduled": (_expire, _publish_scheduled),
    },
    "place": {
        "delete": (_nothing, lambda post: post.delete()),
        "delete the bare page": (_nothing, lambda post: Page.objects.get(pk=post.pk).delete()),
        "delete by query": (_nothing, lambda post: PostPage.objects.filter(pk=post.pk).delete()),
        "delete the blog": (_nothing, lambda post: post.get_parent().delete()),
        "move to another blog": (_nothing, lambda post: post.move(make_blog("other.example", default=False), pos="last-child")),
        "move back": (
            lambda post: post.move(make_blog("other.example", default=False), pos="last-child"),
            lambda post: Page.objects.get(pk=post.pk).move(BlogPage.objects.order_by("pk")[0], pos="last-child"),
        ),
        "copy": (_nothing, lambda post: post.copy(update_attrs={"slug": "copy"})),
        "make an alias": (_nothing, lambda post: post.create_alias(update_slug="alias")),
        "change with an alias": (_nothing, _change_alias_with_source),
        "unpublish with an alias": (_nothing, _unpublish_alias_with_source),
    },
    "privacy": {
        "restrict": (_nothing, _restrict),
        "restrict the blog": (_nothing, lambda post: _restrict(post.get_parent())),
        "restrict another post instead": (
            _restrict,
            lambda post: PageViewRestriction(
                pk=PageViewRestriction.objects.get().pk,
                page=make_post(BlogPage.objects.get(), "z"),
                restriction_type=PageViewRestriction.LOGIN,
            ).save(),
        ),
        "free": (_restrict, lambda post: PageViewRestriction.objects.get().delete()),
        "free by query": (_restrict, lambda post: PageViewRestriction.objects.all().delete()),
        "free the blog": (lambda post: _restrict(post.get_parent()), lambda post: PageViewRestriction.objects.get().delete()),
    },
    "names": {
        "retag": (_nothing, lambda post: _retag(post, "b", "c")),
        "take all tags away": (_nothing, _retag),
        "tag by hand": (
            lambda post: Tag.objects.create(name="q", slug="q"),
            lambda post: PostTag.objects.create(content_object=post, tag=Tag.objects.get(slug="q")),
        ),
        "untag by hand": (_nothing, lambda post: PostTag.objects.filter(tag__slug="a").delete()),
        "rename a tag": (_nothing, lambda post: _rename(Tag.objects.get(slug="a"))),
        "delete a tag": (_nothing, lambda post: Tag.objects.get(slug="a").delete()),
        "delete tags by query": (_nothing, lambda post: Tag.objects.all().delete()),
        "give it two authors": (_nothing, _give_two_authors),
        "take all authors away": (_nothing, _take_authors),
        "add an author by hand": (_nothing, lambda post: PostAuthor.objects.create(post=post, author=make_author("eve"))),
        "remove an author by hand": (_nothing, lambda post: PostAuthor.objects.all().delete()),
        "delete the author": (_nothing, lambda post: Author.objects.get().delete()),
        "delete one of two authors": (_give_two_authors, lambda post: Author.objects.get(handle="eve").delete()),
        "delete authors by query": (_give_two_authors, lambda post: Author.objects.all().delete()),
    },
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("group", CHANGES)
def test_change_raises_the_revision_or_does_not_happen(group: str) -> None:
    """Whatever step a process dies in, nothing was committed without a raise."""
    for change, (prepare, act) in CHANGES[group].items():
        (seen, revision), *later = list(_committed(prepare, act))
        assert later, change
        for seen_later, revision_later in later:
            assert seen_later == seen or revision_later > revision, change
            seen, revision = seen_later, revision_later


def _committed(prepare: Callable[[PostPage], Any], act: Callable[[PostPage], Any]) -> Iterator[tuple[list[Any], int]]:
    """What is to be seen, and by how much the revision rose, when a process dies at the first raise, the second, … or never."""
    for dies in count(1):
        _start_anew()
        post, _other = make_posts(make_blog(), ["a b", "b"], authors=[make_author()])
        prepare(post)
        before = store.read_revision()
        seen = _seen(post)
        if dies == 1:
            yield seen, 0
        try:
            with connection.execute_wrapper(CrashAtRaise(dies)):
                act(PostPage.objects.get(pk=post.pk))
        except Crash:
            yield _seen(post), store.read_revision() - before
            continue
        yield _seen(post), store.read_revision() - before
        _check()
        return


def _seen(post: PostPage) -> list[Any]:
    """Everything that readers of every blog could be told, whatever the numbers of pages in this run.

    What the snapshots kept until now were brought up to date to is what they are when read anew.
    """
    blogs = list(BlogPage.objects.order_by("pk"))
    updated = [
        (posts_and_tags(index), index.authors(), index.tags()) for index in (store.snapshot(blog.path) for blog in blogs)
    ]
    store.clear()
    indexes = [store.snapshot(blog.path) for blog in blogs]
    assert updated == [(posts_and_tags(index), index.authors(), index.tags()) for index in indexes]
    return [([(number - post.pk, tags) for number, tags in posts_and_tags(index)], index.authors()) for index in indexes]


def _start_anew() -> None:
    flush()
    store.clear()


def _check(*arguments: str) -> str:
    out = StringIO()
    call_command("check_index", *arguments, stdout=out)
    return out.getvalue()


def test_groups_of_a_restriction_raise_the_revision(blog: BlogPage) -> None:
    restriction = _restrict(make_post(blog), restriction_type=PageViewRestriction.GROUPS)
    before = store.read_revision()
    restriction.groups.add(Group.objects.create(name="friends"))
    assert store.read_revision() > before


def test_draft_of_a_live_post_raises_nothing(blog: BlogPage) -> None:
    post = make_post(blog, "a")
    before = store.read_revision()
    post.title = "Another"
    post.save_revision()
    Page.objects.get(pk=post.pk).save(update_fields=["draft_title"])
    assert store.read_revision() == before


def test_new_tag_does_not_ask_for_everything_anew(blog: BlogPage) -> None:
    make_post(blog, "a")
    before = store.read_revision()
    make_post(blog, "b")
    assert 0 not in Change.objects.filter(revision__gt=before).values_list("post_id", flat=True)


def test_check_index_names_each_difference(blog: BlogPage) -> None:
    gone, draft, retagged = make_post(blog, "a"), make_post(blog, live=False), make_post(blog, "b")
    assert "posts indexed 2, differences 0" in _check()
    index = store.snapshot(blog.path)
    Page.objects.filter(pk=gone.pk).update(live=False)
    Page.objects.filter(pk=draft.pk).update(live=True)
    PostTag.objects.filter(content_object=retagged).update(tag=Tag.objects.get(slug="a"))
    before, after = (
        Entry(entry_of(retagged).published, (), "internal", ("b",)),
        entry_of(PostPage.objects.get(pk=retagged.pk)),
    )
    assert set(differences(index, blog)) == {
        f"Post {gone.pk} is in the index, but may not be seen.",
        f"Post {draft.pk} may be seen, but is not in the index.",
        f"Post {retagged.pk} is {before} in the index, but {after} on its page.",
    }
    assert after.tags == ("a",)


def test_check_index_mends_by_having_everything_read_anew(blog: BlogPage) -> None:
    post = make_post(blog, "a")
    before = store.read_revision()
    assert f"from revision {before + 1}." in _check("--mend")
    assert list(Change.objects.filter(revision=before + 1).values_list("post_id", flat=True)) == [0]
    assert posts_and_tags(store.snapshot(blog.path)) == [(post.pk, ["a"])]


def test_check_index_forgets_old_changes(blog: BlogPage) -> None:
    Change.objects.all().delete()
    IndexRevision.objects.update(number=MAX_REVISIONS + 5)
    Change.objects.bulk_create(Change(revision=number, post_id=1) for number in range(1, 10))
    assert "Old changes forgotten: 5" in _check()
    assert list(Change.objects.order_by("revision").values_list("revision", flat=True)) == [6, 7, 8, 9]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no connection to lose")
def test_revision_is_read_over_a_new_connection_where_the_old_one_was_lost() -> None:
    before = store.read_revision()
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert store.read_revision() == before
