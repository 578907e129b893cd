"""The links in sign-up's emails, each with a signed token for one purpose and one subscriber."""

from django.urls import reverse
from wagtail.models import Site

from signup.models import Subscriber
from signup.sites import base_url
from signup.tokens import PURPOSES
from web import tokens


def links(subscriber: Subscriber, site: Site) -> dict[str, str]:
    """Return the URL for each purpose, under the name that templates use: `confirm_url`."""
    return {f"{purpose.name}_url": link(purpose, subscriber, site) for purpose in PURPOSES}


def link(purpose: tokens.Purpose, subscriber: Subscriber, site: Site) -> str:
    return base_url(site) + reverse(f"signup:{purpose.name}", args=[tokens.make(purpose, subscriber)])
