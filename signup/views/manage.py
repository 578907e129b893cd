"""The page on which subscribers see and change what they get, take what is held about them, and have it erased."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from signup.forms import ManageForm
from signup.models import Rhythm, Subscriber
from signup.services import subscriptions, suppression
from signup.services.download import everything_about
from signup.tokens import MANAGE
from signup.views.context import public_index
from signup.views.form import written
from signup.views.links import context_of, explain, opened_by
from web.client import network_of
from web.links import SeeOther


@opened_by(MANAGE)
def manage(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Show a subscription; change it by POST."""
    if request.method != "POST":
        return _show(request, subscriber, token)
    match request.POST.get("do"):
        case "leave":
            subscriptions.leave(subscriber, network_of(request))
        case "come back":
            subscriptions.come_back(subscriber, network_of(request), _("Send me letters again"))
        case _other:
            form = ManageForm(request.POST, index=public_index(request), subscribed=subscriber.selection)
            if not form.is_valid():
                return _show(request, subscriber, token, form)
            subscriptions.change(subscriber, form.cleaned_data["tags"], form.cleaned_data["rhythm"], network_of(request))
    return SeeOther(f"{reverse('signup:manage', args=[token])}?saved=1")


@opened_by(MANAGE)
def download(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Return everything held about a subscriber, as JSON."""
    response = JsonResponse(everything_about(subscriber), json_dumps_params={"indent": 1, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="subscription.json"'
    return response


def erased(request: HttpRequest) -> HttpResponse:
    reason = _("Nothing is kept about it but a checksum, by which we know not to write to it unless you sign up anew.")
    return explain(request, _("Your address is erased"), reason, 200)


@opened_by(MANAGE, gone=erased)
def erase(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Say what would be deleted; delete it by POST."""
    if request.method != "POST":
        return render(request, "signup/erase.html", {**context_of(request, subscriber), "token": token})
    suppression.erase(subscriber)
    return erased(request)


def _show(request: HttpRequest, subscriber: Subscriber, token: str, form: ManageForm | None = None) -> HttpResponse:
    given: Any = form.data if form else {"tags": written(subscriber.selection), "rhythm": subscriber.rhythm}
    context = {
        **context_of(request, subscriber),
        "token": token,
        "tags": given.get("tags", ""),
        "rhythm": given.get("rhythm", ""),
        "rhythms": Rhythm.choices,
        "errors": {name: " ".join(map(str, messages)) for name, messages in form.errors.items()} if form else {},
        "saved": "saved" in request.GET and form is None,
    }
    return render(request, "signup/manage.html", context, status=422 if form else 200)
