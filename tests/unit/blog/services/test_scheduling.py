"""What happens to a schedule between the moment at which the worker looks and that at which it publishes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from wagtail.models import Revision
from wagtail.signals import page_published, page_unpublished

from blog.models import BinnedPost, BlogPage, PostPage
from blog.services.bin import delete_for_good, move_to_bin, restore
from blog.services.scheduling import publish_scheduled
from tests.support.factories import make_post

PAST = timedelta(minutes=1)


def due(blog: BlogPage, slug: str, earlier: int = 0) -> PostPage:
    """Return a draft that was to appear a minute ago, or longer."""
    at = timezone.now() - PAST * (earlier + 1)
    post = make_post(blog, slug=slug, title=slug, live=False, go_live_at=at)
    post.save_revision(approved_go_live_at=at)
    return post


@contextmanager
def meanwhile(signal: Any, done: Callable[[], object]) -> Iterator[None]:
    """Do something, once, as soon as the first post is published or unpublished."""

    def receive(**_unused: Any) -> None:
        signal.disconnect(receive)
        done()

    signal.connect(receive)
    yield
    signal.disconnect(receive)


def is_live(*posts: PostPage) -> list[bool]:
    return [PostPage.objects.get(pk=post.pk).live for post in posts]


def test_what_goes_into_the_bin_meanwhile_is_published_when_it_is_back(blog: BlogPage) -> None:
    first, second = due(blog, "first", earlier=1), due(blog, "second")
    with meanwhile(page_published, lambda: move_to_bin([second.pk])):
        publish_scheduled()
    assert is_live(first, second) == [True, False]
    publish_scheduled()
    assert is_live(first, second) == [True, False]
    restore(BinnedPost.objects.all())
    assert is_live(first, second) == [True, False]
    publish_scheduled()
    assert is_live(first, second) == [True, True]


@pytest.mark.parametrize("in_bin", [True, False])
def test_what_is_taken_off_the_schedule_or_deleted_meanwhile_is_not_published(in_bin: bool, blog: BlogPage) -> None:
    first, second = due(blog, "first", earlier=1), due(blog, "second")

    def take_off() -> None:
        if in_bin:
            move_to_bin([second.pk])
            delete_for_good(BinnedPost.objects.all())
        else:
            Revision.objects.filter(object_id=str(second.pk)).update(approved_go_live_at=None)

    with meanwhile(page_published, take_off):
        publish_scheduled()
    assert is_live(first) == [True]
    assert not PostPage.objects.filter(pk=second.pk, live=True).exists()


def test_one_that_cannot_be_published_holds_no_other_up(blog: BlogPage, caplog: pytest.LogCaptureFixture) -> None:
    first, second = due(blog, "first", earlier=1), due(blog, "second")
    revision = Revision.objects.get(object_id=str(first.pk))
    make_post(blog, slug="taken")
    revision.content["slug"] = "taken"
    revision.save()
    publish_scheduled()
    assert is_live(first, second) == [False, True]
    assert "“first” cannot be published" in caplog.text
    revision.content["slug"] = "free"
    revision.save()
    publish_scheduled()
    assert is_live(first, second) == [True, True]


def test_what_expires_is_unpublished_unless_its_end_is_moved_meanwhile(blog: BlogPage) -> None:
    now = timezone.now()
    first, second = (make_post(blog, slug=slug, expire_at=now - PAST * n) for slug, n in (("first", 2), ("second", 1)))
    end = now + PAST
    with meanwhile(page_unpublished, lambda: PostPage.objects.filter(pk=second.pk).update(expire_at=end)):
        publish_scheduled()
    assert is_live(first, second) == [False, True]
    assert PostPage.objects.get(pk=first.pk).expired
