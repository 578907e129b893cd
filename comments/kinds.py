"""The kinds of letters about comments, and what keeps each from being written twice."""

from blog.models import Comment

CONFIRM, SHOWN, NOTICE = "comment_confirm", "comment_shown", "comment_notice"


def key(kind: str, comment: Comment) -> str:
    """The outbox's key of a letter to a comment's writer."""
    return f"{kind}:{comment.pk}:{comment.nonce}"


def keys(comment: Comment) -> list[str]:
    """Those of all letters to a comment's writer."""
    return [key(CONFIRM, comment), key(SHOWN, comment)]
