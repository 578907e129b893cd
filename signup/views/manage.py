"""The page on which subscribers see and change what they get, take what is held about them, and have it erased."""

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from signup.describing import describe_selections
from signup.forms import ManageForm, PauseForm, TimeZoneForm
from signup.models import AnyOf, Rhythm, Subscriber, Subscription, Texts
from signup.models.schedule import DEFAULT_HOUR
from signup.services import managing, subscriptions, suppression
from signup.services.download import everything_about
from signup.services.managing import SubscriptionDraft
from signup.services.subscriptions import Refused
from signup.tokens import MANAGE
from signup.views.context import public_index
from signup.views.links import context_of, explain, opened_by
from signup.views.manage_page import Sent, page_context
from web.client import network_of
from web.links import SeeOther


@opened_by(MANAGE)
def manage(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Show the subscriptions; change them by POST."""
    if request.method != "POST":
        return _show(request, subscriber, token)
    try:
        sent = ACTIONS.get(request.POST.get("do", ""), _change)(request, subscriber)
    except Refused as error:
        return _show(request, subscriber, token, refused=str(error))
    if sent is not None and sent.form.errors:
        return _show(request, subscriber, token, sent)
    return SeeOther(f"{reverse('signup:manage', args=[token])}?saved=1")


def _change(request: HttpRequest, subscriber: Subscriber) -> Sent:
    subscription = _named(request, subscriber)
    form = ManageForm(request.POST, index=public_index(request), subscribed=_stored(subscription))
    sent = Sent(form, str(subscription.pk))
    if subscription.stream:
        del form.fields["tags"]
    return _try(sent, lambda: managing.change(subscription, _draft(form, subscription), network_of(request)))


def _add(request: HttpRequest, subscriber: Subscriber) -> Sent:
    form = ManageForm(request.POST, index=public_index(request))
    words = _("Yes, send me: %s")

    def add() -> None:
        draft = _draft(form)
        wording = words % describe_selections(draft.selections, public_index(request))
        managing.add(subscriber, draft, network_of(request), wording)

    return _try(Sent(form, "new"), add)


def _drop(request: HttpRequest, subscriber: Subscriber) -> None:
    managing.drop(_named(request, subscriber), network_of(request))


def _pause(request: HttpRequest, subscriber: Subscriber) -> Sent:
    only = _named(request, subscriber) if "subscription" in request.POST else None
    form = PauseForm(request.POST, today=subscriber.today)
    pause = lambda: managing.pause(subscriber, form.cleaned_data["until"], network_of(request), only)  # noqa: E731
    return _try(Sent(form, str(only.pk) if only else "all"), pause)


def _resume(request: HttpRequest, subscriber: Subscriber) -> None:
    managing.pause(subscriber, None, network_of(request))


def _move(request: HttpRequest, subscriber: Subscriber) -> Sent:
    form = TimeZoneForm(request.POST)
    return _try(Sent(form, ""), lambda: managing.move(subscriber, form.cleaned_data["time_zone"], network_of(request)))


def _leave(request: HttpRequest, subscriber: Subscriber) -> None:
    subscriptions.leave(subscriber, network_of(request))


def _come_back(request: HttpRequest, subscriber: Subscriber) -> None:
    subscriptions.come_back(subscriber, network_of(request), _("Send me letters again"))


Action = Callable[[HttpRequest, Subscriber], Sent | None]
ACTIONS: dict[str, Action] = {
    "add": _add,
    "drop": _drop,
    "pause": _pause,
    "resume": _resume,
    "time zone": _move,
    "leave": _leave,
    "come back": _come_back,
}


def _try(sent: Sent, act: Callable[[], object]) -> Sent:
    """Act if the form is valid; what is refused becomes an error of it."""
    if sent.form.is_valid():
        try:
            act()
        except Refused as error:
            sent.form.add_error("tags" if "tags" in sent.form.fields else None, str(error))
    return sent


def _named(request: HttpRequest, subscriber: Subscriber) -> Subscription:
    """Return the subscription that a form names; the first one where it names none. Raise Refused where it is gone."""
    found = subscriber.subscriptions.select_related("stream", "subscriber")
    number = request.POST.get("subscription", "")
    named = found.filter(pk=number).first() if number.isdecimal() and len(number) < 19 else found.first()
    if named is None:
        raise Refused(_("You have left this subscription meanwhile."))
    return named


def _stored(subscription: Subscription) -> AnyOf:
    return AnyOf() if subscription.stream else subscription.selections


def _draft(form: Form, of: Subscription | None = None) -> SubscriptionDraft:
    """Return what a form asks for; what it leaves open stays as it is."""
    given = form.cleaned_data
    return SubscriptionDraft(
        selections=given.get("tags") or AnyOf(),
        stream=of.stream if of else None,
        rhythm=given.get("rhythm") or Rhythm.EACH,
        texts=given.get("texts") or (of.texts if of else Texts.EXCERPT),
        hour=given["hour"] if given["hour"] is not None else of.hour if of else DEFAULT_HOUR,
        weekday=given["weekday"] if given["weekday"] is not None else of.weekday if of else 0,
    )


@opened_by(MANAGE)
def download(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Return everything held about a subscriber, as JSON."""
    response = JsonResponse(everything_about(subscriber), json_dumps_params={"indent": 1, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="subscription.json"'
    return response


def erased(request: HttpRequest) -> HttpResponse:
    reason = _(
        "Only a checksum stays, from which the address cannot be read: nothing more is sent to it, except one letter that asks "
        "for a confirmation when somebody signs it up anew."
    )
    return explain(request, _("Your address is erased"), reason, 200)


@opened_by(MANAGE, gone=erased)
def erase(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Say what would be deleted; delete it by POST."""
    if request.method != "POST":
        return render(request, "signup/erase.html", {**context_of(request, subscriber), "token": token})
    suppression.erase(subscriber)
    return erased(request)


def _show(
    request: HttpRequest, subscriber: Subscriber, token: str, sent: Sent | None = None, refused: str = ""
) -> HttpResponse:
    context: dict[str, Any] = {
        **context_of(request, subscriber),
        **page_context(subscriber, public_index(request), sent),
        "token": token,
        "saved": "saved" in request.GET and not (sent or refused),
    }
    if refused:
        context["errors"] = [("main", refused)]
    return render(request, "signup/manage.html", context, status=422 if sent or refused else 200)
