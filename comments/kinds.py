"""The kinds of emails about comments, and the outbox keys that keep each from being written twice."""

from blog.models import Comment

CONFIRM, SHOWN, NOTICE = "comment_confirm", "comment_shown", "comment_notice"


def key(kind: str, comment: Comment) -> str:
    """Return the outbox key of an email to a comment's writer."""
    return f"{kind}:{comment.pk}:{comment.nonce}"


def keys(comment: Comment) -> list[str]:
    """Return the outbox keys of all emails to a comment's writer."""
    return [key(CONFIRM, comment), key(SHOWN, comment)]
