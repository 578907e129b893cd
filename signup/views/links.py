"""The pages that links in letters lead to. What a link may do, its token says; following it does nothing: a button does."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from signup import subscriptions, tokens
from signup.models import Reason, Subscriber
from signup.tokens import BadToken, ExpiredToken
from signup.views.visiting import SeeOther
from signup.visits import in_words, network_of, public_index, wording_for

Opened = Callable[[HttpRequest, Subscriber, str], HttpResponse]
Page = Callable[[HttpRequest, str], HttpResponse]


def opened_by(purpose: str, gone: Callable[[HttpRequest], HttpResponse] | None = None) -> Callable[[Opened], Page]:
    """Answer whoever bears a token for this purpose; `gone` answers where nothing is kept about its subscriber any more."""

    def decorate(view: Opened) -> Page:
        @wraps(view)
        def attempt(request: HttpRequest, token: str) -> HttpResponse:
            try:
                subscriber = subscriptions.subscriber_of(tokens.read(purpose, token))
            except BadToken as error:
                return explain(request, _("This link does not work"), str(error), 404)
            except ExpiredToken as error:
                return expired(request, error)
            except subscriptions.Refused as error:
                return gone(request) if gone else explain(request, _("Nothing is kept any more"), str(error), 410)
            return view(request, subscriber, token)

        return behind_a_link(attempt)

    return decorate


def behind_a_link(page: Page) -> Page:
    """A page that a letter's link leads to, for another room's letters too.

    No cookie and no CSRF token are needed: who can guess the address may do what its button does (RFC 8058, 3.2).
    """

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(page)
    def answer(request: HttpRequest, token: str) -> HttpResponse:
        return seal(page(request, token))

    return answer


def seal(response: HttpResponse) -> HttpResponse:
    """Keep a token's address to those two who know it: no cache, no Referer, no search engine."""
    patch_cache_control(response, private=True, no_store=True)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def explain(request: HttpRequest, title: str, reason: str, status: int) -> HttpResponse:
    """Say why a link leads no further."""
    return render(request, "signup/no_further.html", {"title": title, "reason": reason, "noindex": True}, status=status)


def expired(request: HttpRequest, error: ExpiredToken) -> HttpResponse:
    """Offer another letter in place of a link that is too old, or none ever; by POST, send it, as the form does."""
    try:
        subscriber = subscriptions.subscriber_of(error.claim)
    except subscriptions.Refused as refused:
        return explain(request, _("Nothing is kept any more"), str(refused), 410)
    if request.method == "POST" and "resend" in request.POST:
        subscriptions.again(subscriber, network_of(request))
        return SeeOther(reverse("signup:sent"))
    context = {"refuse_token": tokens.make(tokens.REFUSE, subscriber), "noindex": True}
    return render(request, "signup/expired.html", context, status=410)


def context_of(request: HttpRequest, subscriber: Subscriber) -> dict[str, object]:
    """What every page about a subscription shows."""
    return {
        "subscriber": subscriber,
        "in_words": in_words(subscriber.selection, public_index(request)),
        "site_name": wording_for(request).site_name,
        "manage_token": tokens.make(tokens.MANAGE, subscriber),
        "refuse_token": tokens.make(tokens.REFUSE, subscriber),
        "noindex": True,
    }


@opened_by(tokens.CONFIRM)
def confirm(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Show what would be confirmed, or that it is; confirm it by POST."""
    if request.method != "POST":
        return render(request, "signup/confirm.html", context_of(request, subscriber))
    words = in_words(subscriber.selection, public_index(request))
    try:
        subscriptions.confirm(subscriber, network_of(request), _("Yes, send me: %s") % words)
    except subscriptions.Refused as error:
        return explain(request, _("This cannot be confirmed"), str(error), 410)
    return SeeOther(request.path)


@opened_by(tokens.REFUSE)
def refuse(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Offer never to write to this address; see to it by POST."""
    if request.method != "POST":
        return render(request, "signup/refuse.html", context_of(request, subscriber))
    subscriptions.suppress(subscriber, Reason.REFUSED, network=network_of(request))
    return SeeOther(request.path)


def left(request: HttpRequest) -> HttpResponse:
    """Say that no letters come any more."""
    return render(request, "signup/left.html", {"site_name": wording_for(request).site_name, "noindex": True})


@opened_by(tokens.LEAVE, gone=left)
def leave(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Offer to end the subscription; end it by POST, also a mail service's own (RFC 8058), which wants no redirect."""
    if request.method != "POST":
        return render(request, "signup/leave.html", context_of(request, subscriber))
    subscriptions.leave(subscriber, network_of(request))
    return left(request)
