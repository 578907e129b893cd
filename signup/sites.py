"""Which site a subscriber belongs to, and what its letters need to know of it."""

from urllib.parse import urlsplit

from django.conf import settings
from wagtail.models import Site

from signup.models import Subscriber


def site_of(subscriber: Subscriber | None) -> Site:
    """The site a subscriber signed up at; the default one when it is gone."""
    site = subscriber.site if subscriber and subscriber.site else None
    return site or Site.objects.select_related("root_page").get(is_default_site=True)


def base_url(site: Site) -> str:
    """The site's address without a slash at its end: SITE_URL for the default site, its own for any other."""
    return settings.SITE_URL if site.is_default_site else str(site.root_url)


def host(site: Site) -> str:
    """The site's host, with its port when it has an unusual one."""
    return urlsplit(base_url(site)).netloc


def language_of(subscriber: Subscriber | None) -> str:
    """The language a subscriber signed up in, where the site still speaks it."""
    wanted = subscriber.language if subscriber else ""
    return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
