"""A new Wagtail revision of a post whose file changed, published or kept as a draft."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from blog.models import PostPage, Tag
from transfer.importing.prepare import PreparedFile
from transfer.importing.source import Refusal, SourcePost


def update_post(pk: int, prepared: PreparedFile, fields: dict[str, Any], tags: list[Tag]) -> PostPage:
    """Write a changed file into its post, in the caller's transaction. The post keeps its slug."""
    source = prepared.post
    assert source
    post = PostPage.objects.get(pk=pk).get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(post, name, value)
    post.tags.set(tags)
    try:
        revision = post.save_revision(log_action=True)
    except ValidationError as error:
        raise Refusal(" ".join(error.messages)) from error
    if not source.draft:
        revision.publish()
    elif post.live:
        post.unpublish()
    written: PostPage = PostPage.objects.get(pk=pk)
    return written


def is_same_post(pk: int, source: SourcePost) -> bool:
    """Say whether a file can be what a post was imported from: a file of another site may have the same name."""
    title, published = PostPage.objects.values_list("title", "published").get(pk=pk)
    return title == source.title or published is None or _day(published) == _day(source.published)


def _day(date: datetime | None) -> object:
    return date and date.timestamp() // 86_400
