"""What moderators and authors do with comments: approve, reject, reply. Each verb is one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils import timezone
from wagtail.log_actions import log

from blog.models import Author, Comment, CommentState
from blog.models.comments import CommentQuerySet
from blog.models.revision import locked_revision, raise_revision
from comments.kinds import NOTICE, SHOWN, key
from mail import outbox

SETTLING = timedelta(minutes=5)  # in which a moderator may undo an approval before its writer is sent an email
NOTICE_LENGTH = 100  # comments in one notice
PERMISSION = "blog.change_comment"
ACTOR_LENGTH = 150  # characters


@dataclass(frozen=True, slots=True)
class Commenter:
    """The name, and perhaps the author, under which an account writes comments that need no moderator."""

    name: str
    author: Author | None = None


def decide(comments: Iterable[int], state: CommentState, actor: str) -> int:
    """Put comments into a state, WAITING to undo another; return how many were in another one before.

    The revision and emails to writers follow in the same transaction. What nobody has confirmed stays as it is.
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
            _notify_writer(comment)
    if seen:
        raise_revision(set(seen))
    return len(changed)


def edit(pk: int, name: str, text: str, user: Any) -> bool:
    """Give a comment another name and text, which whoever reads it sees at once; return whether it is there still."""
    comment = Comment(text=text)
    comment.render()
    with locked_revision():
        if not Comment.objects.filter(pk=pk).update(name=name, text=text, html=comment.html):
            return False
        changed = Comment.objects.get(pk=pk)
        log(instance=changed, action="wagtail.edit", user=user)
        if changed.is_approved:
            raise_revision([changed.post_id])
        return True


def _notify_writer(comment: Comment) -> None:
    """Put the email that a comment is shown into the outbox, once."""
    if comment.address:
        context = {"comment": comment.pk}
        outbox.put(key(SHOWN, comment), SHOWN, comment.address, context=context, due=timezone.now() + SETTLING)


def commenter_of(user: Any, blog_title: str) -> Commenter | None:
    """Return as whom a signed-in account comments, if it is an author's of the blog or a moderator's; None otherwise."""
    if not user.is_authenticated:
        return None
    author = Author.objects.filter(user_id=user.pk).first()
    if author is None and not user.has_perm(PERMISSION):
        return None
    return Commenter(author.name if author else user.get_full_name() or blog_title, author)


def reply(post: int, text: str, commenter: Commenter, actor: str, reply_to: int | None = None) -> Comment:
    """Publish an author's comment, at once, and return it."""
    now = timezone.now()
    comment = Comment(
        post_id=post,
        reply_to_id=reply_to,
        author=commenter.author,
        name=commenter.name[:100],
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
    """Return who gets notices: whoever may decide on comments, has an address, and has not declined notices."""
    users = get_user_model()._default_manager.with_perm(PERMISSION, backend="django.contrib.auth.backends.ModelBackend")
    return users.exclude(email="").exclude(wagtail_userprofile__submitted_notifications=False).order_by("pk")


@locked_revision()
def notify_moderators() -> int:
    """Write each moderator one email about all comments that await them since the last; return the number of comments."""
    unnotified = list(Comment.objects.unnotified().select_for_update(of=("self",)).order_by("pk")[:NOTICE_LENGTH])
    readers = list(moderators()) if unnotified else []
    if not readers:
        return 0
    context, last = {"comments": [comment.pk for comment in unnotified]}, unnotified[-1]
    for user in readers:
        outbox.put(f"{NOTICE}:{user.pk}:{last.pk}:{last.nonce}", NOTICE, user.email, context={**context, "user": user.pk})
    Comment.objects.filter(pk__in=context["comments"]).update(notified=timezone.now())
    return len(unnotified)
