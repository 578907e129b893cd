"""`manage.py check_index`: hold the tag index against the pages themselves, as a nightly task; and forget old changes."""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Q, QuerySet
from wagtail.models import PageViewRestriction

from blog.models import BlogPage, PostPage
from blog.models.revision import forget_old_changes, raise_revision
from blog.selections.cursor import EPOCH
from blog.selections.selection import EXTERNAL, INTERNAL
from blog.tagindex import TagIndex, store

ATTEMPTS = 5  # at a comparison during which nothing is published
CHUNK_SIZE = 1_000  # posts


class Entry(NamedTuple):
    """A post's values in the index."""

    published: int  # microseconds since 1970
    authors: tuple[str, ...]
    source: str
    tags: tuple[str, ...]


class Command(BaseCommand):
    help = (
        "Compare the tag index with the pages of every blog, and name each difference; the exit status is 1 if there are any. "
        "Changes that no running process can still need are forgotten."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mend", action="store_true", help="Make every running process read its index anew.")

    def handle(self, *, mend: bool, **options: Any) -> None:
        different = False
        for blog in BlogPage.objects.order_by("path"):
            found = _differences_at_rest(blog)
            different |= bool(found)
            self.stdout.writelines(f"{sentence}\n" for sentence in found)
            self.stdout.write(f"“{blog}”: posts indexed {len(store.snapshot(blog.path))}, differences {len(found)}.")
        self.stdout.write(f"Old changes forgotten: {forget_old_changes()}.")
        if mend:
            raise_revision()
            self.stdout.write(f"Every process reads its index anew from revision {store.read_revision()}.")
        if different:
            sys.exit(1)


def _differences_at_rest(blog: BlogPage) -> list[str]:
    """Compare until nothing was published or expired during a comparison."""
    for _ in range(ATTEMPTS):
        store.clear()
        index = store.snapshot(blog.path)
        found = list(differences(index, blog))
        if not found or store.snapshot(blog.path).version == index.version:
            return found
    return [f"“{blog}” was changed during each of {ATTEMPTS} comparisons: try again later."]


def differences(index: TagIndex, blog: BlogPage) -> Iterator[str]:
    """Yield the differences between an index and the pages of its blog, a sentence each."""
    unseen = set(index.all_positions)
    for post in _posts_to_be_seen(blog).iterator(CHUNK_SIZE):
        position = index.position(post.pk)
        if position is None:
            yield f"Post {post.pk} may be seen, but is not in the index."
            continue
        unseen.remove(position)
        indexed, kept = _indexed(index, position), entry_of(post)
        if indexed != kept:
            yield f"Post {post.pk} is {indexed} in the index, but {kept} on its page."
    for position in sorted(unseen):
        yield f"Post {index.cursor(position).id} is in the index, but may not be seen."


def _posts_to_be_seen(blog: BlogPage) -> QuerySet[PostPage]:
    """Return the public posts by Wagtail's own queries, independently of the index."""
    aliases_of_its_own = Q(alias_of__path__startswith=blog.path, alias_of__depth=blog.depth + 1)
    posts: Any = PostPage.objects.child_of(blog).live().exclude(aliases_of_its_own)
    for restriction in PageViewRestriction.objects.exclude(restriction_type="none").select_related("page"):
        posts = posts.not_descendant_of(restriction.page, inclusive=True)
        posts = posts.exclude(alias_of__path__startswith=restriction.page.path)
    posts = posts.filter(Q(expire_at=None) | Q(expire_at__gt=datetime.fromtimestamp(time.time(), UTC)))
    found: QuerySet[PostPage] = posts.prefetch_related("tagged_items__tag", "post_authors__author").defer("body", "html", "toc")
    return found


def _indexed(index: TagIndex, position: int) -> Entry:
    source = EXTERNAL if position in index.external else INTERNAL
    tags = tuple(tag.slug for tag in index.tags_of(position))
    return Entry(index.cursor(position).published, tuple(index.authors_of(position)), source, tags)


def entry_of(post: PostPage) -> Entry:
    return Entry(
        ((post.published or post.first_published_at or EPOCH) - EPOCH) // timedelta(microseconds=1),
        tuple(sorted(author.handle for author in post.authors)),
        EXTERNAL if post.link else INTERNAL,
        tuple(sorted(tagged.tag.slug for tagged in post.tagged_items.all())),
    )
