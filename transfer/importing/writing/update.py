"""A new Wagtail revision of a post whose file changed, published or kept as a draft."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from blog.models import PostPage, Tag
from transfer.importing.prepare import PreparedFile
from transfer.importing.source import Refusal, SourcePost


def update_post(pk: int, prepared: PreparedFile, fields: dict[str, Any], tags: list[Tag]) -> PostPage:
    """Write a changed file into its post, in the caller's transaction. The post keeps its slug.

    What the file does not say stays as it was published: a draft may have it otherwise, which nobody has reviewed.
    """
    source = prepared.post
    assert source
    post = PostPage.objects.get(pk=pk)
    for name, value in fields.items():
        setattr(post, name, value)
    post.tags.set(tags)
    try:
        revision = post.save_revision(log_action=True)
    except ValidationError as error:
        raise Refusal(" ".join(error.messages)) from error
    is_expired = not source.draft and source.expires is not None and source.expires <= timezone.now()
    if source.draft or is_expired:
        _hide(post, is_expired=is_expired)
    else:
        revision.publish()
    written: PostPage = PostPage.objects.get(pk=pk)
    return written


def _hide(post: PostPage, *, is_expired: bool) -> None:
    """Unpublish a post, also one that would be published later."""
    post.unpublish(set_expired=is_expired)
    post.revisions.update(approved_go_live_at=None)
    PostPage.objects.filter(pk=post.pk).update(expired=is_expired)


def is_same_post(pk: int, source: SourcePost) -> bool:
    """Return whether a file can be what a post was imported from: a file of another site may have the same name."""
    title, published = PostPage.objects.values_list("title", "published").get(pk=pk)
    return title == source.title or published is None or _day(published) == _day(source.published)


def _day(date: datetime | None) -> object:
    return date and date.timestamp() // 86_400
