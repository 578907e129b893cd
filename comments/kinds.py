"""The kinds of emails about comments, and the outbox keys that keep each from being written twice."""

from blog.models import Comment

CONFIRM, SHOWN, NOTICE = "comment_confirm", "comment_shown", "comment_notice"
REPLIES = "comment_replies"


def key(kind: str, comment: Comment) -> str:
    """Return the outbox key of an email to a comment's writer."""
    return f"{kind}:{comment.pk}:{comment.nonce}"


def keys(comment: Comment) -> list[str]:
    """Return the outbox keys of the emails to a comment's writer about the comment itself."""
    return [key(CONFIRM, comment), key(SHOWN, comment)]


def replies_key(comment: Comment) -> str:
    """Return what the outbox keys of all emails about replies to a comment begin with."""
    return f"{key(REPLIES, comment)}:"
