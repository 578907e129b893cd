"""Changing many posts at once: tags, authors, publication. Each verb is one transaction, of few statements at any number.

What is in the bin stays as it is.

The published row and the newest revision, which the editor opens, change together: a change that only the row had would be lost
when the draft is published, and one that only the draft had would not show. What undoes it
is stored in the same transaction; the parts of one action, done one by one, share a `batch`: see `undo_posts`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from wagtail.models import Page, ReferenceIndex, Revision
from wagtail.signals import page_unpublished

from blog.batches import batched
from blog.models import Author, PostAuthor, PostOperation, PostPage, PostTag, Tag
from blog.models.post_history import PostKind
from blog.models.revision import locked_revision, raise_revision
from blog.models.usage import note_changed_posts
from blog.services.page_log import log_each
from blog.services.references import index_items

CHUNK_SIZE = 500  # revisions in memory
AUTHOR_COLUMNS = ("id", "post_id", "author_id", "sort_order")
PUBLICATION = (
    *("live", "has_unpublished_changes", "live_revision", "latest_revision", "first_published_at", "last_published_at"),
    "published",
)
NEWEST = """
UPDATE wagtailcore_page SET
  live_revision_id = CASE WHEN live_revision_id = latest_revision_id THEN %s ELSE live_revision_id END, latest_revision_id = %s,
  latest_revision_created_at = %s WHERE id = %s
"""

Content = dict[str, Any]  # of a revision
Rows = Sequence[tuple[int, ...]]  # id, post, tag or author, perhaps order


class Done(NamedTuple):
    """What is done, with what, by whom, and as a part of which action."""

    kind: PostKind
    what: str
    user: Any
    batch: UUID | None


class Drafts(NamedTuple):
    """Revisions made, by post; and the rows of the relation before and after, by post, also where none was made."""

    made: dict[int, int]
    changes: dict[int, tuple[list[Any], list[Any]]]


def add_tags(posts: Iterable[int], tags: Sequence[Tag], user: Any = None, batch: UUID | None = None) -> int:
    """Give tags to posts; return the number of posts that lacked one of them."""
    return add_each(dict.fromkeys(posts, tags), user, batch)


def add_each(tags_of: Mapping[int, Sequence[Tag]], user: Any = None, batch: UUID | None = None) -> int:
    """Give each post tags of its own; return the number of posts that lacked one of theirs."""
    with locked_revision():
        found = _posts(tags_of)
        every = {tag.pk: tag for tags in tags_of.values() for tag in tags}
        had = set(PostTag.objects.filter(tag__in=every, content_object__in=found).values_list("content_object_id", "tag_id"))
        wanted = dict.fromkeys((post.pk, tag.pk) for post in found for tag in tags_of[post.pk])
        items = PostTag.objects.bulk_create(
            PostTag(content_object_id=post, tag_id=tag) for post, tag in wanted if (post, tag) not in had
        )
        new = [(item.pk, item.content_object_id, item.tag_id) for item in items]
        index_items("tagged_items", Tag, new)
        rows: dict[int, list[PostTag]] = {}
        for item in items:
            rows.setdefault(item.content_object_id, []).append(item)

        def add(post: int, content: Content) -> None:
            has = {item["tag"] for item in content["tagged_items"]}
            pks = {item.tag_id: item.pk for item in rows.get(post, ())}
            content["tagged_items"] += [
                {"pk": pks.get(tag.pk), "tag": tag.pk, "content_object": post} for tag in tags_of[post] if tag.pk not in has
            ]

        done = Done(PostKind.ADD_TAGS, _names(every.values()), user, batch)
        return _finish(done, found, change_drafts(found, "tagged_items", add, user), new, [])


def remove_tags(posts: Iterable[int], tags: Collection[Tag], user: Any = None, batch: UUID | None = None) -> int:
    """Take tags from posts; return the number of posts that had one of them."""
    with locked_revision():
        found, gone = _posts(posts), {tag.pk for tag in tags}
        items = PostTag.objects.filter(tag__in=gone, content_object__in=found)
        rows: Rows = list(items.order_by("pk").values_list("pk", "content_object_id", "tag_id"))
        items.delete_at_once()
        remove_references({post for _pk, post, _tag in rows}, gone, Tag)

        def remove(_post: int, content: Content) -> None:
            content["tagged_items"] = [item for item in content["tagged_items"] if item["tag"] not in gone]

        done = Done(PostKind.REMOVE_TAGS, _names(tags), user, batch)
        return _finish(done, found, change_drafts(found, "tagged_items", remove, user), [], rows)


def set_author(posts: Iterable[int], author: Author, user: Any = None, batch: UUID | None = None) -> int:
    """Have posts be by this author alone; return the number of posts that were not."""
    with locked_revision():
        found = _posts(posts)
        by: dict[int, list[tuple[int, ...]]] = {}
        for row in PostAuthor.objects.filter(post__in=found).order_by("pk").values_list(*AUTHOR_COLUMNS):
            by.setdefault(row[1], []).append(row)
        changed = {post.pk for post in found if [row[2] for row in by.get(post.pk, ())] != [author.pk]}
        gone = [row for post in sorted(changed) for row in by.get(post, ())]
        PostAuthor.objects.filter(post__in=changed).delete_at_once()
        remove_references(changed, {row[2] for row in gone}, Author)
        items = PostAuthor.objects.bulk_create(
            PostAuthor(post_id=post, author=author, sort_order=0) for post in sorted(changed)
        )
        new = [(item.pk, item.post_id, author.pk) for item in items]
        index_items("post_authors", Author, new)
        rows = {item.post_id: item.pk for item in items}

        def write(post: int, content: Content) -> None:
            if [item["author"] for item in content["post_authors"]] != [author.pk]:
                content["post_authors"] = [{"pk": rows.get(post), "sort_order": 0, "post": post, "author": author.pk}]

        done = Done(PostKind.SET_AUTHOR, str(author), user, batch)
        return _finish(done, found, change_drafts(found, "post_authors", write, user), new, gone)


def unpublish(posts: Iterable[int], user: Any = None, batch: UUID | None = None) -> int:
    """Unpublish posts and their aliases, as Wagtail unpublishes one; return the number of posts that were published."""
    with locked_revision():
        live = list(_posts(posts).filter(live=True))
        aliases = list(PostPage.objects.filter(alias_of__in=live, live=True).defer("body", "html", "toc"))
        ids = [post.pk for post in (*live, *aliases)]
        before = publication_of(ids)
        Page.objects.filter(pk__in=ids).update(live=False, has_unpublished_changes=True, live_revision=None)
        revisions_of(live).update(approved_go_live_at=None)
        log_each(live, "wagtail.unpublish", user)
        note_changed_posts(ids)
        for post in (*live, *aliases):
            post.live = False
            page_unpublished.send(sender=PostPage, instance=post)
        PostOperation.objects.add_lot(PostKind.UNPUBLISH, "", user, batch, len(live), before)
    return len(live)


def publish(posts: Iterable[int], user: Any = None, batch: UUID | None = None) -> tuple[int, list[str]]:
    """Publish the newest revisions of posts; return how many, and of each that cannot be published its title and why.

    An alias has no revision: it is published with its post.
    """
    published, faults, logged = {}, [], {}
    with locked_revision():
        found = PostPage.objects.filter(pk__in=list(posts), alias_of=None, binned=None)
        found = found.select_related("latest_revision").order_by("pk").exclude(live=True, has_unpublished_changes=False)
        before = publication_of([post.pk for post in found])
        for post in found:
            if post.live:
                before[str(post.pk)]["content"] = post.serializable_data()
            try:
                with transaction.atomic():
                    revision = post.get_latest_revision() or post.save_revision(user=user)
                    revision.content_object = post  # which it would read again
                    is_simple = _is_published_as_it_is(post, revision)
                    revision.publish(user=user, log_action=not is_simple)
                published[str(post.pk)] = before[str(post.pk)]
                logged.update({post: revision.pk} if is_simple else {})
            except ValidationError as fault:
                faults.append(f"{post.draft_title}: {' '.join(fault.messages)}")
        log_each(logged, "wagtail.publish", user, revisions={post.pk: revision for post, revision in logged.items()})
        PostOperation.objects.add_lot(PostKind.PUBLISH, "", user, batch, len(published), published)
    return len(published), faults


def _is_published_as_it_is(post: PostPage, revision: Revision) -> bool:
    """Return whether all that Wagtail notes in its log is that a post is published: no new title, no time to come."""
    return bool(revision.content["title"] == post.title and not revision.content.get("go_live_at"))


def publication_of(posts: Collection[int]) -> dict[str, dict[str, Any]]:
    """Return of posts, by id, what publishing and unpublishing change, and when a revision is to be published."""
    found = {
        str(row.pop("pk")): {name: _stored(value) for name, value in row.items()}
        for row in PostPage.objects.filter(pk__in=posts).values("pk", *PUBLICATION)
    }
    rows = PostPage.objects.filter(pk__in=posts).only("pk")
    for revision in revisions_of(rows).exclude(approved_go_live_at=None).defer("content"):
        found[revision.object_id].setdefault("scheduled", {})[str(revision.pk)] = _stored(revision.approved_go_live_at)
    return found


def _stored(value: Any) -> Any:
    """Return a value as JSON has it: Django's encoder cuts microseconds off."""
    return value.isoformat() if isinstance(value, datetime) else value


def _posts(posts: Iterable[int]) -> Any:
    """Return posts without what they say, which may be much, and without those in the bin."""
    return PostPage.objects.filter(pk__in=list(posts), binned=None).defer("body", "html", "toc").order_by("pk")


def _names(tags: Iterable[Tag]) -> str:
    return ", ".join(tag.name for tag in tags)


def _finish(done: Done, posts: Collection[PostPage], drafts: Drafts, new: Rows, gone: Rows) -> int:
    """Note in the log what changed, raise the revision for it, store what undoes it, and return the number of posts."""
    changed = {row[1] for row in (*new, *gone)}
    concerned = [post for post in posts if post.pk in changed or post.pk in drafts.changes]
    log_each(concerned, "wagtail.edit", done.user, revisions=drafts.made)
    if changed:
        raise_revision(changed)
    PostOperation.objects.add_lot(*done, len(concerned), {"new": new, "gone": gone, "drafts": drafts.changes})
    return len(concerned)


def change_drafts(posts: Collection[PostPage], relation: str, change: Callable[[int, Content], None], user: Any) -> Drafts:
    """Make a revision with a change of a relation's rows in each post's newest one, where there is a change.

    A revision that is scheduled is changed itself: it is to be published as what it is.
    """
    by_revision = {post.latest_revision_id: post.pk for post in posts if post.latest_revision_id}
    drafts = Drafts({}, {})
    scheduled = revisions_of(posts).exclude(approved_go_live_at=None)
    for revision in scheduled:
        if _changes(revision, relation, change, drafts):
            revision.save(update_fields=["content"])
    kept = {revision.pk for revision in scheduled}
    for some in batched((pk for pk in by_revision if pk not in kept), CHUNK_SIZE):
        old = Revision.objects.filter(pk__in=some).order_by("pk")
        drafts.made.update(_make_revisions([each for each in old if _changes(each, relation, change, drafts)], user))
    return drafts


def _changes(revision: Revision, relation: str, change: Callable[[int, Content], None], drafts: Drafts) -> bool:
    """Change the content of a revision; note and return whether that is another one now."""
    post, content = int(revision.object_id), revision.content
    before = list(content[relation])
    change(post, content)
    if content[relation] == before:
        return False
    drafts.changes[post] = (before, content[relation])
    return True


def _make_revisions(changed: Collection[Revision], user: Any) -> dict[int, int]:
    """Store changed revisions as new ones of their posts; return their ids by post."""
    now = timezone.now()
    for revision in changed:
        revision.pk, revision.created_at, revision.user, revision._state.adding = None, now, user, True
    made = {int(revision.object_id): revision.pk for revision in Revision.objects.bulk_create(changed)}
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.executemany(NEWEST, [(revision, revision, moment, post) for post, revision in made.items()])
    return made


def revisions_of(posts: Collection[PostPage]) -> Any:
    """Return all revisions of posts."""
    base = ContentType.objects.get_for_model(Page, for_concrete_model=False)
    return Revision.objects.filter(base_content_type=base, object_id__in=[str(post.pk) for post in posts])


def remove_references(posts: Collection[int], to: Collection[int], model: type[Tag | Author]) -> None:
    """Take from Wagtail's index that these posts refer to these tags or authors."""
    ReferenceIndex.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Page, for_concrete_model=False),
        object_id__in=[str(post) for post in posts],
        to_content_type=ContentType.objects.get_for_model(model),
        to_object_id__in=[str(one) for one in to],
    ).delete()
