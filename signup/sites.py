"""The site a subscriber belongs to, and what emails say of it: its URL, host and language."""

from urllib.parse import urlsplit

from django.conf import settings
from wagtail.models import Site

from signup.models import Subscriber


def site_of(site: Site | None) -> Site:
    """Return the site that someone signed up at, or the default one where that was deleted."""
    return site or default_site()


def site_numbered(number: int | None) -> Site:
    """Return the site with this primary key, or the default one where it was deleted."""
    found = Site.objects.select_related("root_page").filter(pk=number).first() if number else None
    return found or default_site()


def default_site() -> Site:
    return Site.objects.select_related("root_page").get(is_default_site=True)


def base_url(site: Site) -> str:
    """Return the site's URL without a slash at its end: SITE_URL for the default site, its own for any other."""
    return settings.SITE_URL if site.is_default_site else str(site.root_url)


def host(site: Site) -> str:
    """Return the site's host, with its port when it has an unusual one."""
    return urlsplit(base_url(site)).netloc


def language_of(subscriber: Subscriber | None) -> str:
    """Return the language a subscriber signed up in, or the site's where that is not offered (any more)."""
    return known_language(subscriber.language if subscriber else "")


def known_language(wanted: str) -> str:
    """Return a language, or the site's where it is not offered (any more)."""
    return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
