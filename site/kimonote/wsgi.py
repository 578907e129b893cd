"""The WSGI application that the server runs."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kimonote.settings")
application = get_wsgi_application()

from kimonote.time_limits import limit_waits  # noqa: E402 (it reads settings)

limit_waits()
