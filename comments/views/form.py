"""The form below a post, and the one answer that follows it; to an author of the blog, a shorter one."""

from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from blog.discussion import address_of
from blog.models import Comment
from blog.models.rows import PostRow, read_row
from blog.request import RequestState, state_of
from comments import moderation, writing
from comments.forms import CommentForm, TextForm
from comments.moderation import Voice
from signup.forms import stamp
from signup.views.visiting import SeeOther
from signup.visits import network_of, site_of

FIELDS = {"name": "name", "email": "email", "text": "text", "stamp": "send"}  # of the form, each with where its error leads
LONGEST_NUMBER = 18  # digits


class Place(NamedTuple):
    """Where a comment is to stand, and in whose name if no moderator is needed."""

    post: PostRow
    answered: Comment | None
    voice: Voice | None

    @property
    def path(self) -> str:
        return reverse("commenting:form", args=[self.post.slug])


@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form; take it, and answer every visitor alike."""
    state = state_of(request)
    place = _place(request, state, slug)
    if not (place.post.comments_allowed and state.blog.comments_allowed):
        return _kept_by_nobody(render(request, "comments/closed.html", {"post": place.post, "noindex": True}, status=403))
    if request.method != "POST":
        return _show(request, place)
    return _answer(request, place) if place.voice else _take(request, place)


@require_safe
def sent(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what happens next, whatever happened."""
    return _kept_by_nobody(render(request, "comments/sent.html", {"post": _post(state_of(request), slug), "noindex": True}))


def _place(request: HttpRequest, state: RequestState, slug: str) -> Place:
    post = _post(state, slug)
    asked = request.POST if request.method == "POST" else request.GET
    return Place(post, _answered(post, asked.get("to", "")), moderation.voice_of(request.user, state.blog.title))


def _answered(post: PostRow, number: str) -> Comment | None:
    """The comment to answer: one that readers see, on this post."""
    if not number.isdecimal() or len(number) > LONGEST_NUMBER:
        return None
    return Comment.objects.approved().select_related("author").filter(post_id=post.pk, pk=int(number)).first()


def _post(state: RequestState, slug: str) -> PostRow:
    """The post, if this reader may open it; raises Http404 otherwise."""
    found = read_row(state.blog.path, slug)
    if found is None or state.snapshot.position(found.pk) is None:
        raise Http404(_("There is no note “%s”.") % slug)
    return found


def _take(request: HttpRequest, place: Place) -> HttpResponse:
    """A visitor's comment."""
    filled = CommentForm(request.POST)
    if not filled.is_trapped():
        if not filled.is_valid():
            return _show(request, place, filled)
        writing.send(_wish(request, place, filled.cleaned_data))
    return SeeOther(reverse("commenting:sent", args=[place.post.slug]))


def _wish(request: HttpRequest, place: Place, given: dict[str, Any]) -> writing.Wish:
    return writing.Wish(
        post=place.post.pk,
        name=given["name"],
        address=given["email"],
        text=given["text"],
        site=site_of(request),
        reply_to=place.answered.pk if place.answered else None,
        language=get_language() or "",
        network=network_of(request),
    )


def _answer(request: HttpRequest, place: Place) -> HttpResponse:
    """A comment of an author of the blog: it is shown at once."""
    filled = TextForm(request.POST)
    if not filled.is_valid():
        return _show(request, place, filled)
    assert place.voice is not None
    answered = place.answered.pk if place.answered else None
    actor = request.user.get_username()
    comment = moderation.answer(place.post.pk, filled.cleaned_data["text"], place.voice, actor, answered)
    return SeeOther(address_of(comment, place.post.slug))


def _show(request: HttpRequest, place: Place, filled: CommentForm | TextForm | None = None) -> HttpResponse:
    """The form: empty, or as it was sent, with what is wrong with it."""
    context = {
        "post": place.post,
        "answered": place.answered,
        "voice": place.voice,
        "form": filled,
        "given": filled.data if filled else {},
        "errors": _errors(filled) if filled else [],
        "stamp": getattr(filled, "fresh_stamp", "") or (filled.data.get("stamp", "") if filled else stamp()),
        "noindex": True,
    }
    return _kept_by_nobody(render(request, "comments/form.html", context, status=422 if filled else 200))


def _errors(filled: CommentForm | TextForm) -> list[tuple[str, str]]:
    """Each error with the field to go to."""
    return [(field, " ".join(map(str, filled.errors[name]))) for name, field in FIELDS.items() if name in filled.errors]


def _kept_by_nobody(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, private=True, no_store=True)
    return response
