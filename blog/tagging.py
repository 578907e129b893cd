"""Renaming and merging tags: every address, draft, stream and card that knew the old name knows the new one after."""

from django.db import transaction
from django.db.models import Q
from wagtail.models import Revision

from blog.models import Pin, PostPage, PostTag, Stream, Tag, TagAlias
from blog.models.revision import bump


class MergeError(ValueError):
    """Tags that cannot be merged; the message is a sentence."""


@transaction.atomic
def merge_tags(source: Tag, target: Tag) -> int:
    """Make every post that bears `source` bear `target`, and lead the old addresses on. Gives the number of posts."""
    if source.pk == target.pk:
        raise MergeError(f"The tag “{source}” cannot be merged into itself: choose another.")
    posts = list(PostPage.objects.filter(tagged_items__tag=source).distinct())
    both = PostTag.objects.filter(tag=target).values("content_object_id")
    PostTag.objects.filter(tag=source, content_object_id__in=both).delete()
    PostTag.objects.filter(tag=source).update(tag=target)
    Pin.objects.filter(tag=source).exclude(post__in=Pin.objects.filter(tag=target).values("post")).update(tag=target)
    _rename_in_drafts(source, target, posts)
    source.aliases.update(tag=target)
    old_slug = source.slug
    source.delete()
    TagAlias.objects.update_or_create(slug=old_slug, defaults={"tag": target})
    Stream.objects.rename_tag(old_slug, target.slug)
    PostPage.objects.filter(pk__in=[post.pk for post in posts]).render_cards()
    bump(post.pk for post in posts)
    return len(posts)


def _rename_in_drafts(source: Tag, target: Tag, posts: list[PostPage]) -> None:
    """Let drafts and scheduled versions bear the new tag: Wagtail keeps them as JSON that names tags by id."""
    drafts = PostPage.objects.filter(Q(pk__in=[post.pk for post in posts]) | Q(has_unpublished_changes=True))
    waiting = Q(pk__in=drafts.values("latest_revision")) | Q(approved_go_live_at__isnull=False)
    for revision in Revision.page_revisions.filter(waiting).iterator(chunk_size=100):
        items = revision.content.get("tagged_items", [])
        if any(item["tag"] == source.pk for item in items):
            renamed = {target.pk if item["tag"] == source.pk else item["tag"]: item for item in items}
            revision.content["tagged_items"] = [{**item, "tag": tag} for tag, item in renamed.items()]
            revision.save(update_fields=["content"])
