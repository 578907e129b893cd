"""The pages that links in sign-up's emails lead to. Following a link changes nothing; the button on its page does."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from mail.models import SuppressionReason
from signup.describing import describe_schedule, describe_subscription
from signup.models import State, Subscriber, Subscription
from signup.services import subscriptions, suppression
from signup.tokens import CONFIRM, LEAVE, MANAGE, REFUSE
from signup.views.context import public_index, wording_for
from web import tokens
from web.client import network_of
from web.links import Page, SeeOther, behind_a_link
from web.tokens import BadToken, Claim, ExpiredToken, Purpose

Bearer = TypeVar("Bearer")
Gone = Callable[[HttpRequest], HttpResponse]


def explain(request: HttpRequest, title: str, reason: str, status: int) -> HttpResponse:
    """Say why a link leads no further."""
    return render(request, "signup/no_further.html", {"title": title, "reason": reason, "noindex": True}, status=status)


def nothing_kept(request: HttpRequest) -> HttpResponse:
    return explain(request, _("Nothing is kept any more"), str(subscriptions.ERASED), 410)


def opened_by(
    purpose: Purpose, gone: Gone = nothing_kept
) -> Callable[[Callable[[HttpRequest, Subscriber, str], HttpResponse]], Page]:
    """Decorate a view of the subscriber whom a token for this purpose names; `gone` responds where that one was erased."""
    return _opened_by(purpose, subscriptions.subscriber_of, gone)


def _opened_by(
    purpose: Purpose, find: Callable[[Claim], Bearer], gone: Gone = nothing_kept
) -> Callable[[Callable[[HttpRequest, Bearer, str], HttpResponse]], Page]:
    """Decorate a view of what `find` returns for a token for this purpose."""

    def decorate(view: Callable[[HttpRequest, Bearer, str], HttpResponse]) -> Page:
        @wraps(view)
        def open_page(request: HttpRequest, token: str) -> HttpResponse:
            try:
                return view(request, find(tokens.read(purpose, token)), token)
            except BadToken as error:
                return explain(request, _("This link does not work"), str(error), 404)
            except ExpiredToken as error:
                return expired(request, error)
            except (subscriptions.Refused, Subscriber.DoesNotExist):  # erased before, or while the view waited for its lock
                return gone(request)

        return behind_a_link(open_page)

    return decorate


def expired(request: HttpRequest, error: ExpiredToken) -> HttpResponse:
    """Offer another email in place of a link that has expired, or none ever; by POST, send it, as the form does."""
    try:
        asked = subscriptions.subscription_of(error.claim)
    except subscriptions.Refused:
        return nothing_kept(request)
    if request.method == "POST" and "resend" in request.POST:
        subscriptions.request_again(asked, network_of(request))
        return SeeOther(reverse("signup:sent"))
    context = {"refuse_token": tokens.make(REFUSE, asked.subscriber), "noindex": True}
    return render(request, "signup/expired.html", context, status=410)


def context_of(request: HttpRequest, subscriber: Subscriber) -> dict[str, object]:
    """Return what every page about a subscription shows."""
    return {
        "subscriber": subscriber,
        "site_name": wording_for(request).site_name,
        "manage_token": tokens.make(MANAGE, subscriber),
        "refuse_token": tokens.make(REFUSE, subscriber),
        "noindex": True,
    }


@_opened_by(CONFIRM, subscriptions.subscription_of)
def confirm(request: HttpRequest, asked: Subscription, token: str) -> HttpResponse:
    """Show what would be confirmed, or that it is; confirm it by POST."""
    index = public_index(request)
    words = describe_subscription(asked, index)
    if request.method != "POST":
        others = asked.subscriber.subscriptions.current().exclude(pk=asked.pk).select_related("stream")
        context = {
            **context_of(request, asked.subscriber),
            "confirmed": asked.subscriber.state == State.CONFIRMED and asked.confirmed_at is not None,
            "in_words": words,
            "schedule": describe_schedule(asked),
            "present": [describe_subscription(one, index) for one in others],
        }
        return render(request, "signup/confirm.html", context)
    try:
        subscriptions.confirm(asked, network_of(request), _("Yes, send me: %s") % words)
    except subscriptions.Refused as error:
        return explain(request, _("This cannot be confirmed"), str(error), 410)
    return SeeOther(request.path)


@opened_by(REFUSE)
def refuse(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Offer never to write to this address; suppress it by POST."""
    if request.method != "POST":
        return render(request, "signup/refuse.html", context_of(request, subscriber))
    suppression.suppress(subscriber, SuppressionReason.REFUSED, network=network_of(request))
    return SeeOther(request.path)


def left(request: HttpRequest) -> HttpResponse:
    """Say that no emails come any more."""
    return render(request, "signup/left.html", {"site_name": wording_for(request).site_name, "noindex": True})


@opened_by(LEAVE, gone=left)
def leave(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Offer to end the subscription; end it by POST, also a mail service's own (RFC 8058), which wants no redirect."""
    if request.method != "POST":
        return render(request, "signup/leave.html", context_of(request, subscriber))
    subscriptions.leave(subscriber, network_of(request))
    return left(request)
