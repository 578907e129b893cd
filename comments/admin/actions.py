"""The actions on a comment, each with its question and its message."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from blog.models import Comment, CommentState
from comments.services import moderation, writing
from wagtail_actions.actions import Action, CannotBeDone

DECIDABLE = frozenset(CommentState) - {CommentState.UNCONFIRMED}


def _into(state: CommentState) -> Callable[[Comment, str], None]:
    def decide(comment: Comment, actor: str) -> None:
        if not moderation.decide([comment.pk], state, actor):
            raise CannotBeDone(_("This comment is in that state already, or gone."))

    return decide


def _is_not(state: CommentState) -> Callable[[Comment], bool]:
    return lambda comment: comment.state in DECIDABLE - {state}


ACTIONS = (
    Action(
        "approve",
        _("Approve"),
        _("Show the comment “%(object)s” to everyone who may read the post?"),
        _("The comment “%(object)s” is shown."),
        "change",
        "check",
        _is_not(CommentState.APPROVED),
        _into(CommentState.APPROVED),
    ),
    Action(
        "reject",
        _("Reject"),
        _("Not show the comment “%(object)s”? It is deleted after thirty days, unless you think better of it."),
        _("The comment “%(object)s” is not shown."),
        "change",
        "cross",
        _is_not(CommentState.REJECTED),
        _into(CommentState.REJECTED),
    ),
    Action(
        "spam",
        _("Mark as spam"),
        _("Take the comment “%(object)s” for spam? It is not shown, and its address has to be confirmed anew."),
        _("The comment “%(object)s” is marked as spam."),
        "change",
        "warning",
        _is_not(CommentState.SPAM),
        _into(CommentState.SPAM),
    ),
    Action(
        "undo",
        _("Undo the decision"),
        _("Let the comment “%(object)s” await moderation again? It is not shown until then."),
        _("The comment “%(object)s” awaits moderation again."),
        "change",
        "undo",
        lambda comment: comment.state in DECIDABLE - {CommentState.WAITING} and comment.confirmed is not None,
        _into(CommentState.WAITING),
    ),
    Action(
        "erase",
        _("Delete"),
        _("Delete the comment “%(object)s”, with its writer's name and address? Replies to it stay. This cannot be undone."),
        _("The comment “%(object)s” is deleted."),
        "delete",
        "bin",
        lambda comment: True,
        lambda comment, _actor: writing.erase(comment),
        serious=True,
    ),
)
