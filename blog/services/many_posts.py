"""Changing many posts at once: tags, authors, publication. Each verb is one transaction, of few statements at any number.

The published row and the newest revision, which the editor opens, change together: a change that only the row had would be lost
when the draft is published, and one that only the draft had would not show.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from wagtail.models import Page, ReferenceIndex, Revision
from wagtail.signals import page_unpublished

from blog.models import Author, PostAuthor, PostPage, PostTag, Tag
from blog.models.revision import locked_revision, raise_revision
from blog.models.usage import note_changed_posts
from blog.services.page_log import log_each
from blog.services.references import index_items

CHUNK_SIZE = 500  # revisions in memory
NEWEST = """
UPDATE wagtailcore_page SET
  live_revision_id = CASE WHEN live_revision_id = latest_revision_id THEN %s ELSE live_revision_id END, latest_revision_id = %s,
  latest_revision_created_at = %s WHERE id = %s
"""

Content = dict[str, Any]  # of a revision


def add_tags(posts: Iterable[int], tags: Sequence[Tag], user: Any = None) -> int:
    """Give tags to posts; return the number of posts that lacked one of them."""
    return add_each(dict.fromkeys(posts, tags), user)


def add_each(tags_of: Mapping[int, Sequence[Tag]], user: Any = None) -> int:
    """Give each post tags of its own; return the number of posts that lacked one of theirs."""
    with locked_revision():
        found = _posts(tags_of)
        every = {tag.pk for tags in tags_of.values() for tag in tags}
        had = set(PostTag.objects.filter(tag__in=every, content_object__in=found).values_list("content_object_id", "tag_id"))
        wanted = dict.fromkeys((post.pk, tag.pk) for post in found for tag in tags_of[post.pk])
        items = PostTag.objects.bulk_create(
            PostTag(content_object_id=post, tag_id=tag) for post, tag in wanted if (post, tag) not in had
        )
        index_items("tagged_items", Tag, [(item.pk, item.content_object_id, item.tag_id) for item in items])
        rows: dict[int, list[PostTag]] = {}
        for item in items:
            rows.setdefault(item.content_object_id, []).append(item)

        def add(post: int, content: Content) -> None:
            has = {item["tag"] for item in content["tagged_items"]}
            new = {item.tag_id: item.pk for item in rows.get(post, ())}
            content["tagged_items"] += [
                {"pk": new.get(tag.pk), "tag": tag.pk, "content_object": post} for tag in tags_of[post] if tag.pk not in has
            ]

        return _finish(found, _change_drafts(found, add, user), rows.keys(), user)


def remove_tags(posts: Iterable[int], tags: Collection[Tag], user: Any = None) -> int:
    """Take tags from posts; return the number of posts that had one of them."""
    with locked_revision():
        found, gone = _posts(posts), {tag.pk for tag in tags}
        items = PostTag.objects.filter(tag__in=gone, content_object__in=found)
        changed = set(items.values_list("content_object_id", flat=True))
        items.delete_at_once()
        _remove_references(changed, gone, Tag)

        def remove(_post: int, content: Content) -> None:
            content["tagged_items"] = [item for item in content["tagged_items"] if item["tag"] not in gone]

        return _finish(found, _change_drafts(found, remove, user), changed, user)


def set_author(posts: Iterable[int], author: Author, user: Any = None) -> int:
    """Have posts be by this author alone; return the number of posts that were not."""
    with locked_revision():
        found = _posts(posts)
        by: dict[int, list[int]] = {}
        for post, one in PostAuthor.objects.filter(post__in=found).values_list("post_id", "author_id"):
            by.setdefault(post, []).append(one)
        changed = {post.pk for post in found if by.get(post.pk) != [author.pk]}
        PostAuthor.objects.filter(post__in=changed).delete_at_once()
        _remove_references(changed, {one for post in changed for one in by.get(post, ())}, Author)
        items = PostAuthor.objects.bulk_create(
            PostAuthor(post_id=post, author=author, sort_order=0) for post in sorted(changed)
        )
        index_items("post_authors", Author, [(item.pk, item.post_id, author.pk) for item in items])
        rows = {item.post_id: item.pk for item in items}

        def write(post: int, content: Content) -> None:
            if [item["author"] for item in content["post_authors"]] != [author.pk]:
                content["post_authors"] = [{"pk": rows.get(post), "sort_order": 0, "post": post, "author": author.pk}]

        return _finish(found, _change_drafts(found, write, user), changed, user)


def unpublish(posts: Iterable[int], user: Any = None) -> int:
    """Unpublish posts and their aliases, as Wagtail unpublishes one; return the number of posts that were published."""
    with locked_revision():
        live = list(_posts(posts).filter(live=True))
        aliases = list(PostPage.objects.filter(alias_of__in=live, live=True).defer("body", "html", "toc"))
        ids = [post.pk for post in (*live, *aliases)]
        Page.objects.filter(pk__in=ids).update(live=False, has_unpublished_changes=True, live_revision=None)
        _revisions(live).update(approved_go_live_at=None)
        log_each(live, "wagtail.unpublish", user)
        note_changed_posts(ids)
        for post in (*live, *aliases):
            post.live = False
            page_unpublished.send(sender=PostPage, instance=post)
    return len(live)


def publish(posts: Iterable[int], user: Any = None) -> tuple[int, list[str]]:
    """Publish the newest revisions of posts; return how many, and of each that cannot be published its title and why."""
    published, faults = 0, []
    with locked_revision():
        for post in (
            PostPage.objects.filter(pk__in=list(posts)).exclude(live=True, has_unpublished_changes=False).order_by("pk")
        ):
            try:
                with transaction.atomic():
                    (post.get_latest_revision() or post.save_revision(user=user)).publish(user=user)
                published += 1
            except ValidationError as fault:
                faults.append(f"{post.draft_title}: {' '.join(fault.messages)}")
    return published, faults


def _posts(posts: Iterable[int]) -> Any:
    """Return posts without what they say, which may be much."""
    return PostPage.objects.filter(pk__in=list(posts)).defer("body", "html", "toc").order_by("pk")


def _finish(posts: Collection[PostPage], revisions: dict[int, int], changed: Collection[int], user: Any) -> int:
    """Note in the log what changed, raise the revision for it, and return the number of posts."""
    concerned = [post for post in posts if post.pk in changed or post.pk in revisions]
    log_each(concerned, "wagtail.edit", user, revisions=revisions)
    if changed:
        raise_revision(changed)
    return len(concerned)


def _change_drafts(posts: Collection[PostPage], change: Callable[[int, Content], None], user: Any) -> dict[int, int]:
    """Make a revision with a change of each post's newest one; return its id by post, where there is a change.

    A revision that is scheduled is changed itself: it is to be published as what it is.
    """
    by_revision = {post.latest_revision_id: post.pk for post in posts if post.latest_revision_id}
    scheduled = _revisions(posts).exclude(approved_go_live_at=None)
    for revision in scheduled:
        change(int(revision.object_id), revision.content)
        revision.save(update_fields=["content"])
    kept = {revision.pk for revision in scheduled}
    made: dict[int, int] = {}
    ids = [pk for pk in by_revision if pk not in kept]
    for start in range(0, len(ids), CHUNK_SIZE):
        made |= _make_revisions(ids[start : start + CHUNK_SIZE], by_revision, change, user)
    return made


def _make_revisions(
    ids: Collection[int], by_revision: dict[int, int], change: Callable[[int, Content], None], user: Any
) -> dict[int, int]:
    now, new = timezone.now(), []
    for old in Revision.objects.filter(pk__in=ids).order_by("pk"):
        post, content = by_revision[old.pk], old.content
        before = (list(content["tagged_items"]), content["post_authors"])
        change(post, content)
        if (content["tagged_items"], content["post_authors"]) != before:
            old.pk, old.created_at, old.user, old.content, old._state.adding = None, now, user, content, True
            new.append(old)
    made = {int(revision.object_id): revision.pk for revision in Revision.objects.bulk_create(new)}
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.executemany(NEWEST, [(revision, revision, moment, post) for post, revision in made.items()])
    return made


def _revisions(posts: Collection[PostPage]) -> Any:
    base = ContentType.objects.get_for_model(Page, for_concrete_model=False)
    return Revision.objects.filter(base_content_type=base, object_id__in=[str(post.pk) for post in posts])


def _remove_references(posts: Collection[int], to: Collection[int], model: type[Tag | Author]) -> None:
    ReferenceIndex.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Page, for_concrete_model=False),
        object_id__in=[str(post) for post in posts],
        to_content_type=ContentType.objects.get_for_model(model),
        to_object_id__in=[str(one) for one in to],
    ).delete()
