"""The client of a request, past trusted proxies."""

from django.conf import settings
from django.http import HttpRequest

from web import networks


def network_of(request: HttpRequest) -> str:
    """Return the visitor's truncated network, past TRUSTED_PROXIES; "" when it is unknown."""
    remote, forwarded = request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", "")
    return networks.truncated(networks.client(remote, forwarded, settings.TRUSTED_PROXIES))
