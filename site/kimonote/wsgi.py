"""The WSGI application that the server runs."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kimonote.settings")
_respond: Callable[[dict[str, Any], Any], Iterable[bytes]] = get_wsgi_application()

from django.conf import settings  # noqa: E402 (these read settings)

from kimonote.logs import begin_request  # noqa: E402
from kimonote.time_limits import limit_waits  # noqa: E402

limit_waits()
if settings.METRICS_TOKEN:
    from kimonote.metrics import measured

    _respond = measured(_respond)


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    begin_request(environ)
    return _respond(environ, start_response)
