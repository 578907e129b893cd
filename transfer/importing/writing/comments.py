"""The approved comments that imported posts had on their old site.

Their writers' addresses are not kept: they gave them to that site, and nothing here is to be sent to them. A comment's key is
made from its id there, so that no later import brings it again, however it was edited or rejected here since.
"""

from collections.abc import Sequence
from typing import TypeAlias
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils import timezone
from django.utils.translation import gettext

from blog.models import Comment, CommentState
from blog.models.comments import LONGEST_NAME
from transfer.importing.source import SourceComment

CommentsByPost: TypeAlias = Sequence[tuple[int, Sequence[tuple[SourceComment, str]]]]  # by a post's id: each with its HTML
DECIDED_BY = "import_posts"


def write_comments(posts: CommentsByPost) -> int:
    """Create the comments that are not there yet, in the caller's transaction; return how many."""
    rendered = {_key(post, comment.identity): (post, comment, html) for post, found in posts for comment, html in found}
    known = dict(Comment.objects.filter(post__in=[post for post, _ in posts]).values_list("key", "pk"))
    new = {key: _comment(key, *values) for key, values in rendered.items() if key not in known}
    Comment.objects.bulk_create(new.values())
    ids = known | {key: comment.pk for key, comment in new.items()}
    replies = []
    for key, comment in new.items():
        post, source, _ = rendered[key]
        comment.reply_to_id = ids.get(_key(post, source.reply_to)) if source.reply_to else None
        replies += [comment] if comment.reply_to_id else []
    Comment.objects.bulk_update(replies, ["reply_to"], batch_size=500)
    return len(new)


def _key(post: int, identity: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"{post} {identity}")


def _comment(key: UUID, post: int, source: SourceComment, html: str) -> Comment:
    return Comment(
        key=key,
        post_id=post,
        name=source.name.strip()[:LONGEST_NAME] or gettext("Anonymous"),
        text=source.text,
        html=html,
        state=CommentState.APPROVED,
        sent=source.sent,
        decided=timezone.now(),
        decided_by=DECIDED_BY,
    )
