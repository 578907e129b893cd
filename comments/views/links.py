"""The pages that links in emails about a comment lead to. Following a link changes nothing; the button on its page does."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from blog.models import Comment, CommentState
from blog.rendering.comments import address_of
from blog.request import state_of
from comments.services import writing
from comments.tokens import PUBLISH, WITHDRAW
from web import tokens
from web.client import network_of
from web.links import Page, SeeOther, behind_a_link
from web.tokens import BadToken, ExpiredToken, Purpose

Opened = Callable[[HttpRequest, Comment], HttpResponse]


def opened_by(purpose: Purpose) -> Callable[[Opened], Page]:
    """Decorate a view of the comment that a token for this purpose names; it may raise Gone."""

    def decorate(view: Opened) -> Page:
        @wraps(view)
        def open_page(request: HttpRequest, token: str) -> HttpResponse:
            try:
                return view(request, writing.comment_of(tokens.read(purpose, token)))
            except BadToken as error:
                return explain(request, _("This link does not work"), str(error), 404)
            except ExpiredToken:
                return explain(
                    request, _("This link has expired"), _("It worked for seven days. Please send the comment anew."), 410
                )
            except writing.Gone as error:
                return explain(request, _("Nothing is kept any more"), str(error), 410)

        return behind_a_link(open_page)

    return decorate


def explain(request: HttpRequest, title: str, reason: str, status: int) -> HttpResponse:
    """Say why a link leads no further."""
    return render(request, "comments/explained.html", {"title": title, "reason": reason, "noindex": True}, status=status)


@opened_by(PUBLISH)
def publish(request: HttpRequest, comment: Comment) -> HttpResponse:
    """Show what would be confirmed, or what became of it; confirm it by POST, or disown it."""
    if request.method != "POST":
        return render(request, "comments/confirm.html", _context(request, comment))
    if "disown" in request.POST and comment.state == CommentState.UNCONFIRMED:
        writing.disown(comment, network_of(request))
        reason = _("Nothing of it was shown to anybody. We never write to you again, whoever asks for it.")
        return explain(request, _("The comment is deleted"), reason, 200)
    writing.confirm(comment, wants_replies="replies" in request.POST)
    return SeeOther(request.path)


@opened_by(WITHDRAW)
def withdraw(request: HttpRequest, comment: Comment) -> HttpResponse:
    """Offer to delete a comment; delete it by POST."""
    if request.method != "POST":
        return render(request, "comments/withdraw.html", _context(request, comment))
    writing.erase(comment)
    return explain(request, _("Your comment is deleted"), _("Nothing is kept of it, nor of your address with it."), 200)


def _context(request: HttpRequest, comment: Comment) -> dict[str, object]:
    """Return what both pages show; nothing of a post that this reader may not open now."""
    post = comment.post if state_of(request).snapshot.position(comment.post_id) is not None else None
    return {
        "comment": comment,
        "post": post,
        "address": address_of(comment, post.slug) if post else "",
        "noindex": True,
    }
