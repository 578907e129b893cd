"""Putting posts into the bin, and back where they were; deleting them for good."""

import uuid
from collections.abc import Collection, Iterable, Iterator
from itertools import count
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import F
from django.utils import timezone
from wagtail.actions.delete_page import DeletePageAction
from wagtail.models import Page, Revision, WorkflowState
from wagtail.signals import page_unpublished

from blog.models import BinnedPost, BlogPage, PostPage
from blog.models.bin import bin_root
from blog.models.reserved_slugs import numbered
from blog.models.revision import locked_revision
from blog.models.usage import note_changed_posts
from blog.services.many_posts import revisions_of
from blog.services.page_log import log_each

BATCH = 20  # posts deleted for good in one turn of the worker
BINNED, RESTORED = "blog.bin", "blog.restore"  # actions in Wagtail's log
PLACE = "UPDATE wagtailcore_page SET path = %s, depth = %s, url_path = %s, live = %s, slug = %s WHERE id = %s"


class Restored(NamedTuple):
    """A post that is back, and the slug that it had to leave to another post; empty if it has its own."""

    post: int
    title: str
    slug: str
    former_slug: str


def move_to_bin(posts: Iterable[int], user: Any = None, batch: uuid.UUID | None = None) -> uuid.UUID:
    """Put posts and their aliases into the bin, perhaps into a batch that is there; return that by which they are found."""
    batch, asked = batch or uuid.uuid4(), list(posts)
    with locked_revision():
        found = PostPage.objects.filter(pk__in=asked) | PostPage.objects.filter(alias_of__in=asked)
        moved = list(found.filter(binned=None, numchild=0).defer("body", "html", "toc").order_by("path"))
        _cancel_workflows(moved, user)
        _remember(moved, batch, user)
        _move_below_bin(moved)
        log_each(moved, BINNED, user)
        note_changed_posts([post.pk for post in moved])
        for post in moved:
            if post.live:
                page_unpublished.send(sender=PostPage, instance=post)
    return batch


def restore(entries: Iterable[BinnedPost], user: Any = None) -> list[Restored]:
    """Put posts back where they were, published if they were; one whose slug is another's now gets a number."""
    restored: list[Restored] = []
    with locked_revision():
        by_parent: dict[int, list[BinnedPost]] = {}
        for entry in BinnedPost.objects.filter(pk__in=[entry.pk for entry in entries]).select_related("post").order_by("path"):
            by_parent.setdefault(_parent_of(entry), []).append(entry)
        for parent, some in by_parent.items():
            restored += _move_back(Page.objects.get(pk=parent), some)
        kept = [entry for some in by_parent.values() for entry in some]
        for entry in kept:
            if entry.scheduled_revision_id:
                Revision.objects.filter(pk=entry.scheduled_revision_id).update(approved_go_live_at=entry.scheduled_at)
        BinnedPost.objects.filter(pk__in=[entry.pk for entry in kept]).delete()
        log_each([entry.post for entry in kept], RESTORED, user)
        note_changed_posts([post.post for post in restored])
    return restored


def delete_for_good(entries: Iterable[BinnedPost], user: Any = None) -> int:
    """Delete posts of the bin with everything they have; return their number."""
    number = 0
    with locked_revision():
        for entry in BinnedPost.objects.filter(pk__in=[entry.pk for entry in entries]).select_related("post"):
            DeletePageAction(entry.post, user=user).execute(skip_permission_checks=True)  # no group has rights on the bin
            number += 1
    return number


def empty_bin() -> bool:
    """Delete some posts that have been in the bin for as long as it keeps them; return whether there may be more."""
    due = list(BinnedPost.objects.due(timezone.now())[:BATCH])
    return delete_for_good(due) == BATCH


def _remember(posts: Collection[PostPage], batch: uuid.UUID, user: Any) -> None:
    """Note where posts are, whether published, and when to be published; nothing publishes them from here on."""
    now = timezone.now()
    scheduled = {
        int(revision.object_id): revision
        for revision in revisions_of(posts).exclude(approved_go_live_at=None).only("object_id", "approved_go_live_at")
    }
    parents = dict(Page.objects.filter(path__in={post.path[: -Page.steplen] for post in posts}).values_list("path", "pk"))
    BinnedPost.objects.bulk_create(
        BinnedPost(
            post=post,
            parent_id=parents.get(post.path[: -Page.steplen]),
            path=post.path,
            was_live=post.live,
            scheduled_revision=scheduled.get(post.pk),
            scheduled_at=scheduled[post.pk].approved_go_live_at if post.pk in scheduled else None,
            binned_at=now,
            binned_by=user,
            batch=batch,
        )
        for post in posts
    )
    Revision.objects.filter(pk__in=[revision.pk for revision in scheduled.values()]).update(approved_go_live_at=None)


def _cancel_workflows(posts: Collection[PostPage], user: Any) -> None:
    """End what waits for approval: nobody is to approve a post in the bin."""
    base = ContentType.objects.get_for_model(Page, for_concrete_model=False)
    waiting = WorkflowState.objects.active().filter(base_content_type=base, object_id__in=[str(post.pk) for post in posts])
    for state in waiting:
        state.cancel(user=user)


def _move_below_bin(posts: Collection[PostPage]) -> None:
    if not posts:
        return
    root = bin_root()
    paths = _free_paths(root, set())
    for path in {post.path[: -Page.steplen] for post in posts}:
        leaving = sum(post.path[: -Page.steplen] == path for post in posts)
        Page.objects.filter(path=path).update(numchild=F("numchild") - leaving)
    with connection.cursor() as cursor:
        cursor.executemany(PLACE, [(next(paths), root.depth + 1, "", False, post.slug, post.pk) for post in posts])
    Page.objects.filter(pk=root.pk).update(numchild=F("numchild") + len(posts))


def _parent_of(entry: BinnedPost) -> int:
    """Return the page that a post was below; the first blog where that is gone."""
    return int(entry.parent_id or BlogPage.objects.order_by("path").values_list("pk", flat=True)[0])


def _move_back(parent: Page, entries: Collection[BinnedPost]) -> list[Restored]:
    """Put posts below a page, each at its former place in the tree if that is still free."""
    children = list(Page.objects.child_of(parent).values_list("path", "slug"))
    taken, slugs = {path for path, _slug in children}, {slug for _path, slug in children}
    wanted = {entry.pk: entry.path for entry in entries if _is_below(entry.path, parent) and entry.path not in taken}
    free = _free_paths(parent, set(wanted.values()))
    rows, restored = [], []
    for entry in entries:
        post = entry.post
        slug = next(slug for slug in numbered(post.slug) if slug not in slugs)
        slugs.add(slug)
        path = wanted.get(entry.pk) or next(free)
        rows.append((path, parent.depth + 1, f"{parent.url_path}{slug}/", entry.was_live, slug, post.pk))
        restored.append(Restored(post.pk, post.title, slug, "" if slug == post.slug else post.slug))
    with connection.cursor() as cursor:
        cursor.executemany(PLACE, rows)
    Page.objects.filter(pk=parent.pk).update(numchild=F("numchild") + len(rows))
    Page.objects.filter(pk=bin_root().pk).update(numchild=F("numchild") - len(rows))
    for one in restored:
        if one.former_slug:
            _change_slug_of_draft(one)
    return restored


def _change_slug_of_draft(post: Restored) -> None:
    """Give the newest revision, which the editor opens, the slug that the post has now."""
    revision = Page.objects.get(pk=post.post).latest_revision
    if revision and revision.content.get("slug") == post.former_slug:
        revision.content["slug"] = post.slug
        revision.save(update_fields=["content"])


def _is_below(path: str, parent: Page) -> bool:
    return path.startswith(parent.path) and len(path) == len(parent.path) + Page.steplen


def _free_paths(parent: Page, reserved: Collection[str]) -> Iterator[str]:
    """Yield paths in the tree after the last child of a page."""
    last = Page.objects.child_of(parent).order_by("path").values_list("path", flat=True).last()
    path = max([last or "", *reserved])
    step = Page._str2int(path[-Page.steplen :]) if path else 0
    for number in count(step + 1):
        yield Page._get_path(parent.path, parent.depth + 1, number)
