"""A line in the log for each request that is refused to an account: what it asked for and may not do."""

import logging
from typing import Final

from django.contrib.messages import ERROR, get_messages
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin

from web.client import network_of

FORBIDDEN: Final = 403  # HTTP
FOUND: Final = 302
REFUSED_TO: Final = ("wagtailadmin_home", "wagtailadmin_login")  # views to which Wagtail redirects a refused request

logger = logging.getLogger(__name__)


class AuthorizationLog(MiddlewareMixin):
    """Log what is refused, by the number of the account. A query, which may hold words, is left out."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if (response.status_code == FORBIDDEN or _is_redirected(request, response)) and request.user.is_authenticated:
            asked = request.method, request.path_info
            network = network_of(request) or "an unknown network"
            logger.warning("%s %s is refused to account %d, from %s.", *asked, request.user.pk, network)
        return response


def _is_redirected(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Return whether the admin refuses by a redirect, with an error message."""
    if response.status_code != FOUND or response.headers["Location"].partition("?")[0] not in map(reverse, REFUSED_TO):
        return False
    storage = get_messages(request)
    return any(message.level == ERROR for message in getattr(storage, "_queued_messages", ()))  # to read them would end them
