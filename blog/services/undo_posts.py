"""Undoing what was done to many posts, by what was stored with it. What was done since to a single post stays.

Changes of tags and authors are stored as rows that are new or gone, and drafts' rows before and after; those of publication as
each post was before, with its content where publishing replaced that; replaced texts likewise, with the revision made.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from wagtail.models import Revision
from wagtail.signals import page_unpublished

from blog.models import Author, MergedTag, PostAuthor, PostLot, PostOperation, PostPage, PostTag, Tag
from blog.models.post_history import PostKind
from blog.models.relations import insert
from blog.models.revision import locked_revision, raise_revision
from blog.models.usage import note_changed_posts
from blog.services.many_posts import AUTHOR_COLUMNS, change_drafts, remove_references
from blog.services.page_log import log_each
from blog.services.references import index_items

UNDONE = "blog.undo"  # in Wagtail's log
PUBLICATION = """
UPDATE wagtailcore_page SET
  live = %s, live_revision_id = %s, has_unpublished_changes = %s, first_published_at = %s, last_published_at = %s WHERE id = %s
"""
PUBLISHED = "UPDATE blog_postpage SET published = %s WHERE page_ptr_id = %s"
TAG_COLUMNS = ("id", "content_object_id", "tag_id")

Allowed = Callable[[PostPage], bool]
Changes = Mapping[str, Any]  # what a lot holds


def undo_posts(operation: PostOperation, user: Any = None, allowed: Allowed = lambda _post: True) -> int:
    """Undo all lots of an operation, the last first; return the number of posts changed back."""
    lots = operation.lots.order_by("-pk").values_list("pk", flat=True)
    return sum(undo_lot(lot, user, allowed) for lot in list(lots))


def undo_lot(pk: int, user: Any, allowed: Allowed) -> int:
    """Undo one lot, once, on the posts that are allowed and not in the bin; return the number of posts changed back."""
    with locked_revision():
        lot = PostLot.objects.select_related("operation").filter(pk=pk).first()
        if lot is None or not lot.operation.is_undoable:
            return 0
        lot.delete()
        operation = lot.operation
        if not operation.lots.exists():
            operation.undone_at = timezone.now()
            operation.save(update_fields=["undone_at"])
        posts = [post for post in _posts_of(lot.changes) if allowed(post)]
        kind = PostKind(operation.kind)
        if kind in UNDOERS:
            return UNDOERS[kind](lot.changes, posts, user)
        return _undo_editing(lot.changes, posts, user, is_of_tags=kind != PostKind.SET_AUTHOR)


def _posts_of(changes: Changes) -> Any:
    """Return the posts that were changed, except those in the bin."""
    ids = {*map(int, changes.get("drafts", changes))} | {row[1] for row in (*changes.get("new", ()), *changes.get("gone", ()))}
    posts: Any = PostPage.objects.filter(pk__in=ids, binned=None).defer("body", "html", "toc").order_by("pk")
    return posts.prefetch_workflow_states().annotate_approved_schedule()  # of which the rights on a post depend


def _undo_editing(changes: Changes, posts: Collection[PostPage], user: Any, *, is_of_tags: bool) -> int:
    """Take what is new from posts and their drafts, and give them what is gone."""
    ids = {post.pk for post in posts}
    new, gone = ([row for row in changes[name] if row[1] in ids] for name in ("new", "gone"))
    changed = _restore_tags(new, gone) if is_of_tags else _restore_authors(new, gone)
    relation, key = ("tagged_items", "tag") if is_of_tags else ("post_authors", "author")
    rows = changes["drafts"]

    def restore(post: int, content: dict[str, Any]) -> None:
        if str(post) in rows:
            before, after = rows[str(post)]
            content[relation] = merged(before, after, content[relation], key, is_of_tags)

    drafts = change_drafts(posts, relation, restore, user)
    concerned = [post for post in posts if post.pk in changed or post.pk in drafts.changes]
    log_each(concerned, UNDONE, user, revisions=drafts.made)
    raise_revision(changed)
    return len(concerned)


def merged(before: list[Any], after: list[Any], present: list[Any], key: str, is_set: bool) -> list[Any]:
    """Return a draft's rows as they were before; where they were edited since, the present ones without those that were new.

    Tags (`is_set`) that were gone come back too; authors edited since stay.
    """
    if [row[key] for row in present] == [row[key] for row in after]:
        return before
    if not is_set:
        return present
    had, got = ({row[key] for row in rows} for rows in (before, after))
    kept = [row for row in present if row[key] in had or row[key] not in got]
    return [*kept, *(row for row in before if row[key] not in got | {one[key] for one in kept})]


def _restore_tags(new: list[Any], gone: list[Any]) -> set[int]:
    """Take tags from posts and give them others back, in the rows that had them; return the ids of the posts."""
    for tag in {row[2] for row in new}:
        posts = {row[1] for row in new if row[2] == tag}
        PostTag.objects.filter(tag=tag, content_object__in=posts).delete_at_once()
        remove_references(posts, {tag}, Tag)
    present = MergedTag.present({row[2] for row in gone})
    rows = [(pk, post, present[tag]) for pk, post, tag in gone if tag in present]
    has = set(PostTag.objects.filter(tag__in=present.values()).values_list("content_object_id", "tag_id"))
    rows = [row for row in rows if row[1:] not in has]
    insert(PostTag, TAG_COLUMNS, rows)
    index_items("tagged_items", Tag, rows)
    return {row[1] for row in (*new, *rows)}


def _restore_authors(new: list[Any], gone: list[Any]) -> set[int]:
    """Give posts that are by the author still, and by no other, the authors back that they had; return their ids."""
    by: dict[int, list[int]] = {}
    for post, author in PostAuthor.objects.filter(post__in=[row[1] for row in new]).values_list("post_id", "author_id"):
        by.setdefault(post, []).append(author)
    posts = {post for _pk, post, author in new if by.get(post) == [author]}
    PostAuthor.objects.filter(post__in=posts).delete_at_once()
    remove_references(posts, {row[2] for row in new}, Author)
    there = set(Author.objects.filter(pk__in={row[2] for row in gone}).values_list("pk", flat=True))
    rows = [row for row in gone if row[1] in posts and row[2] in there]
    insert(PostAuthor, AUTHOR_COLUMNS, rows)
    index_items("post_authors", Author, [tuple(row[:3]) for row in rows])
    return posts


def _undo_unpublishing(changes: Changes, posts: Collection[PostPage], user: Any) -> int:
    """Publish posts again, as they were, unless they were published since."""
    restored = [
        post
        for post in posts
        if not post.live and post.last_published_at == _moment(changes[str(post.pk)]["last_published_at"])
    ]
    return _restore_publication(restored, changes, user)


def _undo_publishing(changes: Changes, posts: Collection[PostPage], user: Any) -> int:
    """Unpublish posts, or publish again what they were, unless they were edited since."""
    same = [post for post in posts if changes[str(post.pk)]["latest_revision"] in (None, post.latest_revision_id)]
    Revision.objects.filter(pk__in=[post.latest_revision_id for post in same]).update(approved_go_live_at=None)
    restored = [post for post in same if _is_written_back(post, changes[str(post.pk)].get("content"))]
    number = _restore_publication(restored, changes, user)
    for post in restored:
        if post.live and not changes[str(post.pk)]["live"]:
            post.live = False
            page_unpublished.send(sender=PostPage, instance=post)
    return number


def _undo_replacing(changes: Changes, posts: Collection[PostPage], user: Any) -> int:
    """Give posts the texts back that they had, unless they were saved since."""
    same = [post for post in posts if post.latest_revision_id == changes[str(post.pk)]["made"]]
    restored = [post for post in same if _is_written_back(post, changes[str(post.pk)].get("content"))]
    before = {str(post.pk): _with_newest(post, changes[str(post.pk)], user) for post in restored}
    number = _restore_publication(restored, before, user)
    for post in PostPage.objects.filter(pk__in=[post.pk for post in restored], live=True):
        post.update_aliases()
    return number


def _with_newest(post: PostPage, before: dict[str, Any], user: Any) -> dict[str, Any]:
    """Make a revision of the newest text that a post had; return what the post was, with it for the newest revision."""
    row = PostPage.objects.get(pk=post.pk)
    newest = row.with_content_json(before.get("newest") or before["content"])
    post.latest_revision_id = made = newest.save_revision(user=user, clean=False).pk
    is_published = before["live"] and "newest" not in before
    return before | {"latest_revision": made, "live_revision": made if is_published else before["live_revision"]}


def _is_written_back(post: PostPage, content: dict[str, Any] | None) -> bool:
    """Store what a post was, if that is another; return False where that cannot be, as its slug is another's by now."""
    try:
        if content:
            PostPage.objects.get(pk=post.pk).with_content_json(content).save()
    except ValidationError:
        return False
    return True


def _restore_publication(posts: Collection[PostPage], changes: Mapping[str, Any], user: Any) -> int:
    """Restore whether, when and as what posts are published, and what is to be published later; return their number."""
    before = {post: changes[str(post.pk)] for post in posts}
    there = set(Revision.objects.filter(pk__in=[row["live_revision"] for row in before.values()]).values_list("pk", flat=True))
    rows, times = [], []
    for post, row in before.items():
        live_revision = row["live_revision"] if row["live_revision"] in there else None
        has_changes = row["has_unpublished_changes"] or post.latest_revision_id != row["latest_revision"]
        first, last, published = (_column(row[name]) for name in ("first_published_at", "last_published_at", "published"))
        rows.append((row["live"], live_revision, has_changes, first, last, post.pk))
        times.append((published, post.pk))
    with connection.cursor() as cursor:
        cursor.executemany(PUBLICATION, rows)
        cursor.executemany(PUBLISHED, times)
    for row in before.values():
        for revision, moment in row.get("scheduled", {}).items():
            Revision.objects.filter(pk=revision).update(approved_go_live_at=_moment(moment))
    log_each(posts, UNDONE, user)
    note_changed_posts([post.pk for post in posts])
    return len(posts)


def _column(value: str | None) -> Any:
    """Return a moment as the database has it."""
    return connection.ops.adapt_datetimefield_value(_moment(value))


def _moment(value: str | None) -> datetime | None:
    return parse_datetime(value) if value else None


UNDOERS: Final = {
    PostKind.PUBLISH: _undo_publishing,
    PostKind.UNPUBLISH: _undo_unpublishing,
    PostKind.REPLACE: _undo_replacing,
}
