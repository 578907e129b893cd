"""The form, on its own address and on sign-up pages, and the one answer that follows it."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from blog.addressing import UnknownTags
from blog.selection import Selection, SelectionError
from blog.wording import explain
from signup import subscriptions
from signup.forms import SignupForm, known_to, say_unknown, stamp, without
from signup.models import Wording
from signup.subscriptions import Wish
from signup.visits import in_words, network_of, public_index, site_of, wording_for

if TYPE_CHECKING:
    from signup.models import SignupPage


class SeeOther(HttpResponseRedirect):
    """Read on there, with GET (RFC 9110, 15.4.4)."""

    status_code = 303


@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest, page: "SignupPage | None" = None) -> HttpResponse:
    """Show the form, perhaps on an editor's page; take it, and answer everyone alike."""
    if request.method != "POST":
        return _show(request, page, *_asked_for(request, page))
    filled = SignupForm(request.POST, index=public_index(request))
    if not filled.is_trapped():
        if not filled.is_valid():
            return _show(request, page, filled.cleaned_data.get("tags") or Selection(), "", filled)
        subscriptions.request(_wish(request, filled))
    return SeeOther(reverse("signup:sent"))


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Say what happens next, whatever happened."""
    return render(request, "signup/sent.html", {"words": words_of(wording_for(request)), "noindex": True})


def words_of(wording: Wording) -> dict[str, str]:
    """The words around the form, as they are shown."""
    names = ("form_title", "form_text", "form_consent", "form_button", "next_text", "sent_title", "sent_text")
    return {name: wording.say(name) for name in names}


def _asked_for(request: HttpRequest, page: "SignupPage | None") -> tuple[Selection, str]:
    """The selection to fill in, from `?tags=` or the page, and what is wrong with it, if anything."""
    index = public_index(request)
    text = request.GET.get("tags", page.expression if page else "")
    try:
        selection = Selection.parse(text, settings.TAG_LIMIT)
        return known_to(index, selection), ""
    except UnknownTags as error:
        return without(error.selection, error.unknown), say_unknown(error, index)
    except SelectionError as error:
        return Selection(), explain(error)


def _wish(request: HttpRequest, filled: SignupForm) -> Wish:
    site = site_of(request)
    return Wish(
        address=filled.cleaned_data["email"],
        selection=filled.cleaned_data["tags"],
        site=site,
        language=get_language() or "",
        wording=Wording.of(site).say("form_consent"),
        network=network_of(request),
    )


def _show(
    request: HttpRequest, page: "SignupPage | None", selection: Selection, notice: str, filled: SignupForm | None = None
) -> HttpResponse:
    """The form: fresh with a selection filled in, or as it was sent, with what is wrong with it."""
    context = {
        "page": page,
        "words": words_of(wording_for(request)),
        "notice": notice,
        "in_words": in_words(selection, public_index(request)) if selection else "",
        **fields(selection, filled),
    }
    response = render(request, "signup/form.html", context, status=422 if filled else 200)
    patch_cache_control(response, private=True, no_store=True)
    return response


def fields(selection: Selection, filled: SignupForm | None = None) -> dict[str, Any]:
    """What stands in the form's fields."""
    if filled is None:
        return {"form": None, "errors": [], "email": "", "tags": written(selection), "stamp": stamp()}
    return {
        "form": filled,
        "errors": _errors(filled),
        "email": filled.data.get("email", ""),
        "tags": filled.data.get("tags", ""),
        "stamp": filled.fresh_stamp or filled.data.get("stamp", ""),
    }


def _errors(filled: SignupForm) -> list[tuple[str, str]]:
    """Each error with the field to go to."""
    fields = {"email": "email", "tags": "tags", "stamp": "send"}
    return [(field, " ".join(map(str, filled.errors[name]))) for name, field in fields.items() if name in filled.errors]


def written(selection: Selection) -> str:
    """A selection as one writes it into the field."""
    return str(selection).replace("+", " ")
