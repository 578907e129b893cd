"""The links in sign-up's emails, each with a signed token for one purpose and one subscriber, or one subscription."""

from django.urls import reverse
from wagtail.models import Site

from signup.models import Subscriber, Subscription
from signup.sites import base_url
from signup.tokens import CONFIRM, PURPOSES
from web import tokens


def links(subscriber: Subscriber, site: Site, asked: Subscription | None = None) -> dict[str, str]:
    """Return the URL for each purpose, under the name that templates use: `confirm_url`, where something was asked for."""
    bearers: dict[tokens.Purpose, tokens.Bearer | None] = {**dict.fromkeys(PURPOSES, subscriber), CONFIRM: asked}
    return {f"{purpose.name}_url": link(purpose, bearer, site) for purpose, bearer in bearers.items() if bearer}


def link(purpose: tokens.Purpose, bearer: tokens.Bearer, site: Site) -> str:
    return base_url(site) + reverse(f"signup:{purpose.name}", args=[tokens.make(purpose, bearer)])
