"""Renaming, merging, splitting and deleting tags: URLs, drafts, older revisions, streams and subscriptions follow.

Each is stored as a `TagOperation` with the rows that it changed, by which `blog.services.undo` undoes it.
The admin changes a tag by its form, and renames it by `save_renamed`.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import ReferenceIndex

from blog.batches import batched
from blog.models import MergedTag, Pin, PostTag, Tag, TagAlias, TagOperation, TagRedirect
from blog.models.revision import locked_revision, raise_revision
from blog.models.tag_history import Kind
from blog.models.tag_names import find_tags
from blog.models.tags import name_fault
from blog.selections.selection import Selection
from blog.selections.slugs import slug as slug_of
from blog.services.row_changes import CHUNK_SIZE, Scope, difference, read_rows

TAGS_OF_POSTS = "tagged_items.item.tag"  # as a path of Wagtail's reference index


class TagError(ValueError):
    """What cannot be done to a tag; the message is a sentence."""


class Recording:
    """An operation while it is done."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.operation = TagOperation()


@contextmanager
def recorded(kind: Kind, tag: Tag, target: str, user: Any, *others: Tag, slug: str = "") -> Iterator[Recording]:
    """Run the block in one transaction, locked in the one order; store what it changed, and write it into Wagtail's log.

    Raise TagError where one of the tags is no longer there.
    """
    with locked_revision():
        tags = [*Tag.objects.filter(pk__in=[tag.pk, *(other.pk for other in others)])]
        for one in (tag, *others):
            if one not in tags:
                raise TagError(_("The tag “%s” has been deleted or merged meanwhile.") % one)
        slugs = {slug, *(one.slug for one in tags)} - {""}
        moved = {tag.pk} if kind in (Kind.MERGE, Kind.SPLIT, Kind.DELETE) else set[int]()
        recording = Recording(Scope({one.pk for one in tags}, slugs, moved))
        source = next((one.name for one in tags if one.pk == tag.pk), tag.name)
        log(tag, f"blog.tag.{kind}", user=user, data={"source": source, "target": target}, title=source)
        before = read_rows(recording.scope)
        yield recording
        changes = difference(before, read_rows(recording.scope, before))
        user = user if getattr(user, "pk", None) else None
        recording.operation = TagOperation.objects.create(
            kind=kind, source=source, target=target, user=user, tags=sorted(recording.scope.tags), changes=changes
        )
        raise_revision()


def save_renamed(tag: Tag, user: Any = None) -> TagOperation:
    """Save a tag whose name or slug was changed; URLs with the old slug redirect to the new one."""
    with recorded(Kind.RENAME, tag, tag.name, user, slug=tag.slug) as recording:
        tag.save()
    return recording.operation


def delete_tag(tag: Tag, user: Any = None, leads_to: Selection | None = None) -> TagOperation:
    """Delete a tag and its tagged items; its URLs and selections lead to another selection, or nowhere.

    Raise TagError where they would lead to the tag itself.
    """
    leads_to = leads_to or Selection()
    if tag.slug in leads_to.tags:
        raise TagError(_("The addresses of “%s” cannot lead to itself: choose another tag.") % tag)
    target = Tag.objects.filter(slug__in=leads_to.wanted).first() if str(leads_to) == "".join(leads_to.wanted) else None
    with recorded(Kind.DELETE, tag, leads_to.typed, user, *([target] if target else [])) as recording:
        old = [tag.slug, *tag.aliases.values_list("slug", flat=True)]
        recording.scope.slugs.update(old)
        if target:
            tag.aliases.update(tag=target)
        tag.delete()
        if target:
            TagAlias.objects.update_or_create(slug=old[0], defaults={"tag": target})
        elif leads_to:
            for slug in old:
                TagRedirect.objects.update_or_create(slug=slug, defaults={"expression": str(leads_to)})
    return recording.operation


def merge(source: Tag, target: Tag, user: Any = None) -> TagOperation:
    """Merge `source` into `target`: retag its posts, and redirect its URLs. Raise TagError for one and the same tag."""
    if source.pk == target.pk:
        raise TagError(_("The tag “%s” cannot be merged into itself: choose another.") % source)
    with recorded(Kind.MERGE, source, target.name, user, target) as recording:
        _move_posts(source, target)
        old_id, old_slug = source.pk, source.slug
        Pin.objects.filter(tag=source).exclude(post__in=Pin.objects.filter(tag=target).values("post")).update(tag=target)
        source.aliases.update(tag=target)
        source.merged_tags.update(tag=target)
        source.delete()
        source.pk = old_id
        MergedTag.objects.create(old_id=old_id, tag=target)
        TagAlias.objects.update_or_create(slug=old_slug, defaults={"tag": target})
    return recording.operation


def add_alias(tag: Tag, name: str, user: Any = None) -> TagOperation:
    """Let a name, typed or in an address, stand for a tag. Raise TagError where it is another's, or no name."""
    if fault := name_fault(name):
        raise TagError(fault)
    if other := find_tags([name]).get(name):
        sentence = (
            _("“%(name)s” is the tag's name already.")
            if other.pk == tag.pk
            else _("“%(name)s” stands for the tag “%(tag)s”: merge the two, or split that name off.")
        )
        raise TagError(sentence % {"name": name, "tag": other})
    with recorded(Kind.ALIAS, tag, name, user, slug=slug_of(name)) as recording:
        TagRedirect.objects.filter(slug=slug_of(name)).delete()
        tag.aliases.create(slug=slug_of(name))
    return recording.operation


def split_tag(source: Tag, name: str, posts: Collection[int], user: Any = None) -> TagOperation:
    """Replace a tag of some posts by another, a new one or one that exists; an alias of `source` becomes a tag again.

    Raise TagError for the tag itself, or a name that no tag can have.
    """
    if fault := name_fault(name):
        raise TagError(fault)
    with locked_revision():
        target = find_tags([name]).get(name)
        if target == source and not (own := source.aliases.filter(slug=slug_of(name))):
            raise TagError(_("The posts have the tag “%s” already: choose another.") % source)
        is_new = target is None or target == source
        with recorded(
            Kind.SPLIT, source, name, user, *([target] if target and not is_new else []), slug=slug_of(name)
        ) as recording:
            if target == source:
                own.delete()
            if target is None or is_new:
                target = Tag(name=" ".join(name.split()), slug=slug_of(name))
                target.full_clean()
                target.save()
                recording.scope.tags.add(target.pk)
            _move_posts(source, target, posts)
    return recording.operation


def _move_posts(source: Tag, target: Tag, posts: Collection[int] | None = None) -> None:
    """Move tagged items, those of some posts or all, to the other tag, without duplicates.

    Of a post with both it is the item of `source` that stays, so that older revisions, which hold its id, follow it.
    """
    items, references = PostTag.objects.filter(tag=source), references_to_tag(source.pk)
    moved = set(items.values_list("content_object_id", flat=True))
    moved = moved if posts is None else moved.intersection(posts)
    for some in chunks(moved.intersection(PostTag.objects.filter(tag=target).values_list("content_object_id", flat=True))):
        references_to_tag(target.pk).filter(object_id__in=map(str, some)).delete()
        PostTag.objects.filter(tag=target, content_object__in=some).delete_at_once()
    if posts is None:  # without naming thousands of them
        references.update(to_object_id=str(target.pk))
        items.update(tag=target)
        return
    for some in chunks(moved):
        references.filter(object_id__in=map(str, some)).update(to_object_id=str(target.pk))
        items.filter(content_object__in=some).update(tag=target)


def chunks(ids: Collection[int]) -> Iterator[list[int]]:
    """Return ids by value in statements' worth: PostgreSQL would join each post with each reference."""
    return batched(sorted(ids), CHUNK_SIZE)


def references_to_tag(tag: int) -> Any:
    """Return the rows of Wagtail's reference index that say which posts have a tag."""
    return ReferenceIndex.objects.filter(
        to_content_type=ContentType.objects.get_for_model(Tag), to_object_id=str(tag), model_path=TAGS_OF_POSTS
    )
