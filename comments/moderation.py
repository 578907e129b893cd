"""What becomes of comments on the editors' side: approved, turned down, answered. Each verb is one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from blog.models import Author, Comment, CommentState
from blog.models.comments import CommentQuerySet
from blog.models.revision import locked_revision, raise_revision
from comments.kinds import NOTICE, SHOWN, key
from signup import outbox

SETTLING = timedelta(minutes=5)  # in which a moderator may undo an approval before its writer is told
MOST_TOLD = 100  # comments that one notice tells of
PERMISSION = "blog.change_comment"
ACTOR_LENGTH = 150  # characters


@dataclass(frozen=True, slots=True)
class Voice:
    """As whom an account writes what needs no moderator."""

    name: str
    author: Author | None = None


def decide(comments: Iterable[int], state: CommentState, actor: str) -> int:
    """Put comments into a state, WAITING to undo another; say how many were in another one before.

    The revision and e-mails to writers follow in the same transaction. What nobody has confirmed stays as it is.
    """
    with locked_revision():
        return _decide(Comment.objects.filter(pk__in=list(comments)).exclude(state=CommentState.UNCONFIRMED), state, actor)


def _decide(among: CommentQuerySet, state: CommentState, actor: str) -> int:
    changed = list(among.exclude(state=state).select_for_update(of=("self",)))
    now, undone = timezone.now(), state == CommentState.WAITING
    seen = [comment.post_id for comment in changed if CommentState.APPROVED in (comment.state, state)]
    decided = {"decided": None if undone else now, "decided_by": "" if undone else actor[:ACTOR_LENGTH]}
    Comment.objects.filter(pk__in=[comment.pk for comment in changed]).update(state=state, **decided)
    if state == CommentState.APPROVED:
        for comment in changed:
            _tell_writer(comment)
    if seen:
        raise_revision(set(seen))
    return len(changed)


def _tell_writer(comment: Comment) -> None:
    """Write that a comment is shown, once."""
    if comment.address:
        context = {"comment": comment.pk}
        outbox.put(key(SHOWN, comment), SHOWN, comment.address, context=context, due=timezone.now() + SETTLING)


def voice_of(user: Any, blog_title: str) -> Voice | None:
    """As whom a signed-in account comments: an author of the blog, or a moderator; None for anybody else."""
    if not user.is_authenticated:
        return None
    author = Author.objects.filter(user_id=user.pk).first()
    if author is None and not user.has_perm(PERMISSION):
        return None
    return Voice(author.name if author else user.get_full_name() or blog_title, author)


def answer(post: int, text: str, voice: Voice, actor: str, reply_to: int | None = None) -> Comment:
    """Show an author's comment, at once."""
    now = timezone.now()
    comment = Comment(
        post_id=post,
        reply_to_id=reply_to,
        author=voice.author,
        name=voice.name[:100],
        text=text,
        state=CommentState.APPROVED,
        sent=now,
        decided=now,
        decided_by=actor[:ACTOR_LENGTH],
    )
    comment.render()
    with locked_revision():
        comment.save()
        raise_revision([post])
    return comment


def moderators() -> QuerySet[Any]:
    """Who gets notices: whoever may decide on comments, has an address, and has not declined notices in their account."""
    users = get_user_model()._default_manager.with_perm(PERMISSION, backend="django.contrib.auth.backends.ModelBackend")
    return users.exclude(email="").exclude(wagtail_userprofile__submitted_notifications=False).order_by("pk")


@transaction.atomic
def tell_moderators() -> int:
    """Write to each moderator, in one letter, of all comments that have come to await them; say how many those were."""
    untold = list(Comment.objects.untold().select_for_update(of=("self",)).order_by("pk")[:MOST_TOLD])
    readers = list(moderators()) if untold else []
    if not readers:
        return 0
    context, last = {"comments": [comment.pk for comment in untold]}, untold[-1]
    for user in readers:
        outbox.put(f"{NOTICE}:{user.pk}:{last.pk}:{last.nonce}", NOTICE, user.email, context={**context, "user": user.pk})
    Comment.objects.filter(pk__in=context["comments"]).update(told=timezone.now())
    return len(untold)
