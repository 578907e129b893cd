"""Renaming, merging and deleting tags: URLs, drafts and streams with the old name are redirected or updated."""

from django.contrib.contenttypes.models import ContentType
from wagtail.models import ReferenceIndex

from blog.models import MergedTag, Pin, PostTag, Stream, Tag, TagAlias
from blog.models.revision import locked_revision, raise_revision

CHUNK_SIZE = 5_000  # posts in one statement


class MergeError(ValueError):
    """Tags that cannot be merged; the message is a sentence."""


def rename_tag(tag: Tag, name: str, slug: str | None = None) -> None:
    """Rename a tag, optionally with a new slug; URLs with the old slug redirect to the new one."""
    tag.name, tag.slug = name, tag.slug if slug is None else slug
    tag.full_clean()
    tag.save()


def delete_tag(tag: Tag) -> None:
    """Delete a tag and its tagged items."""
    tag.delete()


def merge_tags(source: Tag, target: Tag) -> int:
    """Merge `source` into `target`: retag its posts, redirect its URLs, and return the number of posts."""
    if source.pk == target.pk:
        raise MergeError(f"The tag “{source}” cannot be merged into itself: choose another.")
    with locked_revision():
        count = PostTag.objects.filter(tag=source).count()
        _move_posts(source, target)
        old_id, old_slug = source.pk, source.slug
        source.aliases.update(tag=target)
        source.merged_tags.update(tag=target)
        source.delete()
        MergedTag.objects.create(old_id=old_id, tag=target)
        TagAlias.objects.update_or_create(slug=old_slug, defaults={"tag": target})
        Stream.objects.rename_tag(old_slug, target.slug)
        raise_revision()
    return count


def _move_posts(source: Tag, target: Tag) -> None:
    """Move tagged items and pins to the other tag, without duplicates."""
    both = PostTag.objects.filter(tag=target).values("content_object_id")
    twice = PostTag.objects.filter(tag=source, content_object_id__in=both)
    references = ReferenceIndex.objects.filter(
        to_content_type=ContentType.objects.get_for_model(Tag), to_object_id=str(source.pk)
    )
    posts = [str(post) for post in twice.values_list("content_object_id", flat=True)]
    for start in range(0, len(posts), CHUNK_SIZE):  # by value: PostgreSQL would join each post with each reference
        references.filter(object_id__in=posts[start : start + CHUNK_SIZE]).delete()
    references.update(to_object_id=str(target.pk))
    twice.delete_at_once()
    PostTag.objects.filter(tag=source).update(tag=target)
    Pin.objects.filter(tag=source).exclude(post__in=Pin.objects.filter(tag=target).values("post")).update(tag=target)
