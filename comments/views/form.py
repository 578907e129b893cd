"""The form below a post, and the one page that follows it; authors of the blog get a shorter form."""

from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from blog.models import Comment
from blog.models.rows import PostRow
from blog.rendering.comments import address_of
from blog.request import RequestState, post_of, state_of
from comments.forms import CommentForm, TextForm
from comments.services import moderation, writing
from comments.services.moderation import Commenter
from signup.views.context import blog_site
from web.antispam import stamp
from web.client import network_of
from web.links import SeeOther

FIELDS = {"name": "name", "email": "email", "text": "text", "stamp": "send"}  # of the form, each with where its error leads
LONGEST_NUMBER = 18  # digits


class Place(NamedTuple):
    """The post and the comment that a comment belongs to, and in whose name it is if no moderator is needed."""

    post: PostRow
    reply_to: Comment | None
    commenter: Commenter | None


@cache_control(private=True, no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form; take it, with the same response for every visitor."""
    state = state_of(request)
    place = _place(request, state, slug)
    if not (place.post.comments_allowed and state.blog.comments_allowed):
        return render(request, "comments/closed.html", {"post": place.post, "noindex": True}, status=403)
    if request.method != "POST":
        return _show(request, place)
    return _reply(request, place) if place.commenter else _send(request, place)


@cache_control(private=True, no_store=True)
@require_safe
def sent(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what happens next, whatever was done with the form."""
    return render(request, "comments/sent.html", {"post": post_of(state_of(request), slug), "noindex": True})


def _place(request: HttpRequest, state: RequestState, slug: str) -> Place:
    post = post_of(state, slug)
    asked = request.POST if request.method == "POST" else request.GET
    return Place(post, _parent(post, asked.get("to", "")), moderation.commenter_of(request.user, state.blog.title))


def _parent(post: PostRow, number: str) -> Comment | None:
    """Return the comment to reply to: one that readers see, on this post."""
    if not number.isdecimal() or len(number) > LONGEST_NUMBER:
        return None
    return Comment.objects.approved().select_related("author").filter(post_id=post.pk, pk=int(number)).first()


def _send(request: HttpRequest, place: Place) -> HttpResponse:
    """Take a visitor's comment."""
    filled = CommentForm(request.POST)
    if not filled.is_trapped():
        if not filled.is_valid():
            return _show(request, place, filled)
        writing.send(_draft(request, place, filled.cleaned_data))
    return SeeOther(reverse("commenting:sent", args=[place.post.slug]))


def _draft(request: HttpRequest, place: Place, given: dict[str, Any]) -> writing.CommentDraft:
    return writing.CommentDraft(
        post=place.post.pk,
        name=given["name"],
        address=given["email"],
        text=given["text"],
        site=blog_site(request),
        reply_to=place.reply_to.pk if place.reply_to else None,
        language=get_language() or "",
        network=network_of(request),
        wants_replies=given["replies"],
    )


def _reply(request: HttpRequest, place: Place) -> HttpResponse:
    """Publish a comment of an author of the blog, at once."""
    filled = TextForm(request.POST)
    if not filled.is_valid():
        return _show(request, place, filled)
    assert place.commenter is not None
    parent = place.reply_to.pk if place.reply_to else None
    actor = request.user.get_username()
    comment = moderation.reply(place.post.pk, filled.cleaned_data["text"], place.commenter, actor, parent)
    return SeeOther(address_of(comment, place.post.slug))


def _show(request: HttpRequest, place: Place, filled: CommentForm | TextForm | None = None) -> HttpResponse:
    """Render the form: empty, or as it was sent, with its errors."""
    context = {
        "post": place.post,
        "reply_to": place.reply_to,
        "voice": place.commenter,
        "form": filled,
        "given": filled.data if filled else {},
        "errors": _errors(filled) if filled else [],
        "stamp": getattr(filled, "fresh_stamp", "") or (filled.data.get("stamp", "") if filled else stamp()),
        "noindex": True,
    }
    return render(request, "comments/form.html", context, status=422 if filled else 200)


def _errors(filled: CommentForm | TextForm) -> list[tuple[str, str]]:
    """Return the id of the field to go to and the message, for each error."""
    return [(field, " ".join(map(str, filled.errors[name]))) for name, field in FIELDS.items() if name in filled.errors]
