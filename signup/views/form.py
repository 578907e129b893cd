"""The sign-up form, at its own URL and on sign-up pages, and the one page that follows it."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from blog.resolve import UnknownTags, read, without_unknown
from blog.selections.errors import SelectionError, explain
from blog.selections.selection import Selection
from signup.forms import SignupForm, explain_unknown, known_to
from signup.models import Wording
from signup.services import subscriptions
from signup.services.subscriptions import SignupRequest
from signup.views.context import blog_site, describe_by_names, public_index, wording_for
from web.antispam import stamp
from web.client import network_of
from web.links import SeeOther

if TYPE_CHECKING:
    from signup.models import SignupPage


@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest, page: "SignupPage | None" = None) -> HttpResponse:
    """Show the form, perhaps on an editor's page; take it, with the same response for everyone."""
    if request.method != "POST":
        return _show(request, page, *_asked_for(request, page))
    filled = SignupForm(request.POST, index=public_index(request))
    if not filled.is_trapped():
        if not filled.is_valid():
            return _show(request, page, filled.cleaned_data.get("tags") or Selection(), "", filled)
        subscriptions.request(_signup_request(request, filled))
    return SeeOther(reverse("signup:sent"))


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Say what happens next, whatever was done with the form."""
    return render(request, "signup/sent.html", {"words": wording_for(request).form_words(), "noindex": True})


def _asked_for(request: HttpRequest, page: "SignupPage | None") -> tuple[Selection, str]:
    """Return the selection to fill in, from `?tags=` or the page, and what is wrong with it, if anything."""
    index = public_index(request)
    text = request.GET.get("tags", page.expression if page else "")
    try:
        selection = read(text, index)
        return known_to(index, selection), ""
    except UnknownTags as error:
        return without_unknown(error.selection, error.unknown), explain_unknown(error, index)
    except SelectionError as error:
        return Selection(), explain(error)


def _signup_request(request: HttpRequest, filled: SignupForm) -> SignupRequest:
    site = blog_site(request)
    return SignupRequest(
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
    """Render the form: new with a selection filled in, or as it was sent, with its errors."""
    context = {
        "page": page,
        "words": wording_for(request).form_words(),
        "notice": notice,
        "in_words": describe_by_names(selection, public_index(request)) if selection else "",
        **fields(selection, filled),
    }
    response = render(request, "signup/form.html", context, status=422 if filled else 200)
    patch_cache_control(response, private=True, no_store=True)
    return response


def fields(selection: Selection, filled: SignupForm | None = None) -> dict[str, Any]:
    """Return the values of the form's fields."""
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
    """Return the id of the field to go to and the message, for each error."""
    fields = {"email": "email", "tags": "tags", "stamp": "send"}
    return [(field, " ".join(map(str, filled.errors[name]))) for name, field in fields.items() if name in filled.errors]


def written(selection: Selection) -> str:
    """Return a selection as one types it into the field."""
    return str(selection).replace("+", " ")
