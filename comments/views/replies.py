"""The page on which e-mails about replies are confirmed and ended."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from blog.models import Comment
from comments.services import replies as service
from comments.services import writing
from comments.tokens import REPLIES
from comments.views.links import explain, opened_by
from mail.suppression import is_suppressed
from signup.views.context import public_index
from web.links import SeeOther


@opened_by(REPLIES)
def replies(request: HttpRequest, comment: Comment) -> HttpResponse:
    """Show whether emails about replies are sent; by POST begin or end them, without a redirect where a mail program asks.

    RFC 8058, 3.1: a POST that does not ask for more ends what there is.
    """
    if request.method == "POST" and "on" in request.POST:
        return _begin(request, comment)
    if request.method == "POST":
        service.end_all(comment.address) if "all" in request.POST else service.end(comment)
    return _show(request, comment)


def _begin(request: HttpRequest, comment: Comment) -> HttpResponse:
    if not comment.address or is_suppressed(comment.address):
        reason = _("This address is on our list of those we never write to. Please tell us if it should not be.")
        return explain(request, _("This cannot be confirmed"), reason, 410)
    service.confirm(comment)
    return SeeOther(request.path)


def _show(request: HttpRequest, comment: Comment) -> HttpResponse:
    comment = writing.kept(Comment.objects.select_related("post").filter(pk=comment.pk).first())
    context = {
        "comment": comment,
        "post": comment.post if public_index(request).position(comment.post_id) is not None else None,
        "others": Comment.objects.from_address(comment.address).followed().exclude(pk=comment.pk).count(),
        "noindex": True,
    }
    return render(request, "comments/replies.html", context)
