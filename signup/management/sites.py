"""The site that a command is about."""

from django.core.management.base import CommandError
from wagtail.models import Site


def site_named(host: str) -> Site:
    """Return the site of a host, the default one for none. Raise CommandError where there is no such site."""
    found = Site.objects.select_related("root_page")
    site = (found.filter(hostname=host) if host else found.filter(is_default_site=True)).first()
    if site is None:
        raise CommandError(f"There is no site {host!r}: there are {', '.join(found.values_list('hostname', flat=True))}.")
    return site
