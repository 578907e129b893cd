"""Short ways to make what tests of comments need: comments in any state, and the form as a visitor sends it."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from blog.models import Comment, CommentState, PostPage
from blog.models.revision import raise_revision

FIRST_DAY = datetime(2018, 2, 1, 12, tzinfo=UTC)
numbers = count(1)


def make_comment(post: PostPage, text: str = "Well said.", **fields: Any) -> Comment:
    """An approved comment, sent a minute after the one made before, in February 2018; its post shows it."""
    number = next(numbers)
    state = fields.setdefault("state", CommentState.APPROVED)
    fields = {"name": f"Reader {number}", "sent": FIRST_DAY + timedelta(minutes=number), **fields}
    if not fields.get("author"):
        fields.setdefault("address", f"reader{number}@example.org")
    if state != CommentState.UNCONFIRMED:
        fields.setdefault("confirmed", fields["sent"])
    if state not in (CommentState.UNCONFIRMED, CommentState.WAITING):
        fields.setdefault("decided", timezone.now())
    comment = Comment.objects.create(post=post, text=text, **fields)
    if comment.is_approved:
        raise_revision([post.pk])
    return comment
