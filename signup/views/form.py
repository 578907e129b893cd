"""The sign-up form, at its own URL and on sign-up pages, and the one page that follows it."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from blog.models import Stream
from blog.request import blog_of
from blog.resolve import UnknownTags, find_stream, read, without_unknown
from blog.selections.any_of import CONJUNCTIONS
from blog.selections.errors import SelectionError, explain
from blog.selections.selection import Selection
from signup.describing import describe_selections
from signup.forms import SignupForm, explain_unknown, known_to, read_any
from signup.models import AnyOf, Rhythm, SignupPage, Texts, Wording
from signup.services import subscriptions
from signup.services.subscriptions import SignupRequest
from signup.views.context import blog_site, public_index, wording_for
from web.antispam import stamp
from web.client import network_of
from web.links import SeeOther

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NO_STREAM = gettext_lazy("There is no such stream (any more): choose what to get.")


@cache_control(private=True, no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest, page: SignupPage | None = None) -> HttpResponse:
    """Show the form, perhaps on an editor's page; take it, with the same response for everyone."""
    if request.method != "POST":
        return _show(request, page, *_asked_for(request, page))
    filled = SignupForm(request.POST, index=public_index(request))
    stream = named_stream(request, request.POST.get("stream", ""))
    if request.POST.get("stream") and stream is None:
        return _show(request, page, AnyOf(), NO_STREAM)
    if not filled.is_trapped():
        if not filled.is_valid():
            return _show(request, page, filled.cleaned_data.get("tags") or AnyOf(), "", filled)
        subscriptions.request(_signup_request(request, filled, stream))
    return SeeOther(reverse("signup:sent"))


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Say what happens next, whatever was done with the form."""
    return render(request, "signup/sent.html", {"words": wording_for(request).form_words(), "noindex": True})


def _asked_for(request: HttpRequest, page: SignupPage | None) -> tuple[AnyOf, "StrOrPromise"]:
    """Return the selection to fill in, from `?tags=` or the page, and what is wrong with it, if anything."""
    index = public_index(request)
    if (slug := request.GET.get("stream")) and named_stream(request, slug) is None:
        return AnyOf(), NO_STREAM
    text = request.GET.get("tags", page.expression if page else "")
    try:
        return read_any(text, lambda part: known_to(index, read(part, index))), ""
    except UnknownTags as error:
        return AnyOf.of([without_unknown(error.selection, error.unknown)]), explain_unknown(error, index)
    except SelectionError as error:
        return AnyOf(), explain(error)


def named_stream(request: HttpRequest, slug: str) -> Stream | None:
    """Return the blog's stream of this slug; None where there is none (any more)."""
    return find_stream(slug, blog_of(request).id)


def _signup_request(request: HttpRequest, filled: SignupForm, stream: Stream | None) -> SignupRequest:
    site = blog_site(request)
    return SignupRequest(
        address=filled.cleaned_data["email"],
        selections=filled.cleaned_data["tags"],
        site=site,
        language=get_language() or "",
        wording=Wording.of(site).say("form_consent"),
        network=network_of(request),
        stream=stream,
        rhythm=filled.cleaned_data["rhythm"] or Rhythm.EACH,
        texts=filled.cleaned_data["texts"] or Texts.EXCERPT,
    )


def _show(
    request: HttpRequest, page: SignupPage | None, selections: AnyOf, notice: "StrOrPromise", filled: SignupForm | None = None
) -> HttpResponse:
    """Render the form: new with a selection filled in, or as it was sent, with its errors."""
    context = {
        "page": page,
        "words": wording_for(request).form_words(),
        "notice": notice,
        "stream": named_stream(request, (filled.data if filled else request.GET).get("stream", "")),
        "in_words": describe_selections(selections, public_index(request)) if selections else "",
        **fields(selections, filled),
    }
    return render(request, "signup/form.html", context, status=422 if filled else 200)


def fields(selections: AnyOf, filled: SignupForm | None = None) -> dict[str, Any]:
    """Return the values of the form's fields."""
    choices = {"rhythms": Rhythm.choices, "text_choices": Texts.choices}
    if filled is None:
        new = {"email": "", "tags": written(selections), "rhythm": Rhythm.EACH, "texts": Texts.EXCERPT, "stamp": stamp()}
        return {"form": None, "errors": [], **choices, **new}
    return {
        **choices,
        "form": filled,
        "rhythm": filled.data.get("rhythm", ""),
        "texts": filled.data.get("texts", ""),
        "errors": _errors(filled),
        "email": filled.data.get("email", ""),
        "tags": filled.data.get("tags", ""),
        "stamp": filled.fresh_stamp or filled.data.get("stamp", ""),
    }


def _errors(filled: SignupForm) -> list[tuple[str, str]]:
    """Return the id of the field to go to and the message, for each error."""
    fields = {"email": "email", "tags": "tags", "rhythm": "rhythm", "texts": "texts", "stamp": "send"}
    return [(field, " ".join(map(str, filled.errors[name]))) for name, field in fields.items() if name in filled.errors]


def written(selections: AnyOf) -> str:
    """Return selections as one types them into the field."""
    return f" {_('or')} ".join(_typed(choice) for choice in selections.choices)


def _typed(selection: Selection) -> str:
    return " ".join(f"#{word}" if word in CONJUNCTIONS else word for word in selection.typed.split(" "))
