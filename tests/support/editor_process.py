"""Two kinds of process that a test commands: one edits, one compares its index with what it should be."""

import logging
import traceback
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.publishing_processes import read_command, say

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)


class Refuse(logging.Handler):
    """Makes an error of what would only be reported: an update that failed, in place of which an index was built."""

    def emit(self, record: logging.LogRecord) -> None:
        raise AssertionError(record.getMessage())


def compare() -> None:
    """Compare the newest snapshot of a blog, whose posts each command lists, with a reference index of them."""
    from blog.selections.selection import Selection
    from blog.tagindex import store
    from tests.support.reference_index import ReferenceIndex, ReferencePost, assert_same

    logging.getLogger("blog.tagindex.store").addHandler(Refuse())
    say("ready")
    while (command := read_command()) is not None:
        posts = [
            ReferencePost(post, moment(at), frozenset(tags), frozenset(authors), external)
            for post, at, tags, authors, external in command["posts"]
        ]
        try:
            index = store.snapshot(command["path"])
            assert_same(index, ReferenceIndex(posts), map(Selection.parse, command["selections"]))
            say(None)
        except Exception:
            say(traceback.format_exc())


def run_edits() -> None:
    """Run each command, in one transaction or in as many as Wagtail takes, and reply with a new post's id."""
    from blog.models.revision import revision_locked_by_first_write

    say("ready")
    while (command := read_command()) is not None:
        name, atomic, *arguments = command
        with revision_locked_by_first_write() if atomic else nullcontext():  # the admin's own way
            answer = getattr(Acts, name)(*arguments)
        say(answer)


class Acts:
    """What an editor may do; posts are named by id, tags by slug."""

    @staticmethod
    def start(number: int) -> list[Any]:
        """Make a blog, with tags and two authors of its own."""
        from blog.models import Author, Tag
        from tests.support.factories import make_blog

        for letter in "abcd":
            Tag.objects.create(name=f"{letter}{number}", slug=f"{letter}{number}")
        for handle in (f"ada{number}", f"bob{number}"):
            Author.objects.create(name=handle.title(), handle=handle)
        blog = make_blog(f"blog{number}.example", default=False)
        return [blog.pk, blog.path]

    @staticmethod
    def write(blog: int, slug: str, live: bool, published: int, tags: list[str], authors: list[str], external: bool) -> int:
        from blog.models import Author, BlogPage, PostPage

        post = PostPage(
            title=slug,
            slug=slug,
            live=live,
            published=moment(published),
            authors=Author.objects.filter(handle__in=authors),
            link="https://example.org/" if external else "",
        )
        post.tags.set(tags)
        BlogPage.objects.get(pk=blog).add_child(instance=post)
        return int(post.pk)

    @staticmethod
    def publish(post: int) -> None:
        from blog.models import PostPage

        PostPage.objects.get(pk=post).save_revision().publish()

    @staticmethod
    def unpublish(post: int) -> None:
        from wagtail.models import Page

        Page.objects.get(pk=post).unpublish()

    @staticmethod
    def retag(post: int, tags: list[str]) -> None:
        from blog.models import PostPage

        page = PostPage.objects.get(pk=post)
        page.tags.set(tags)
        page.save()

    @staticmethod
    def credit(post: int, authors: list[str]) -> None:
        from blog.models import Author, PostPage

        page = PostPage.objects.get(pk=post)
        page.authors = Author.objects.filter(handle__in=authors)
        page.save()

    @staticmethod
    def redate(post: int, published: int) -> None:
        from blog.models import PostPage

        page = PostPage.objects.get(pk=post)
        page.published = moment(published)
        page.save()

    @staticmethod
    def delete(post: int) -> None:
        from wagtail.models import Page

        Page.objects.get(pk=post).delete()

    @staticmethod
    def hide(page: int) -> None:
        from wagtail.models import Page, PageViewRestriction

        PageViewRestriction.objects.create(page=Page.objects.get(pk=page), restriction_type=PageViewRestriction.LOGIN)

    @staticmethod
    def free(page: int) -> None:
        from wagtail.models import Page

        Page.objects.get(pk=page).view_restrictions.all().delete()

    @staticmethod
    def rename(tag: str, to: str) -> None:
        from blog.models import Tag

        found = Tag.objects.get(slug=tag)
        found.name = found.slug = to
        found.save()

    @staticmethod
    def merge(tag: str, into: str) -> None:
        from blog.models import Tag
        from blog.services.tags import merge

        merge(Tag.objects.get(slug=tag), Tag.objects.get(slug=into))
