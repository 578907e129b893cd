"""Entries of Wagtail's log for many posts at once."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from wagtail.models import Page, PageLogEntry

from blog.models import PostPage


def log_each(posts: Iterable[Page], action: str, user: Any, *, revisions: Mapping[int, int] | None = None, **data: Any) -> None:
    """Note in the log of each post that a user did this; `revisions`: the id of the revision it made, by post."""
    own, now = ContentType.objects.get_for_model(PostPage, for_concrete_model=False), timezone.now()
    PageLogEntry.objects.bulk_create(
        PageLogEntry(
            content_type=own,
            page_id=post.pk,
            label=(post.draft_title or post.title)[:255],
            action=action,
            timestamp=now,
            user=user,
            revision_id=(revisions or {}).get(post.pk),
            content_changed=revisions is not None,
            data=data,
        )
        for post in posts
    )
