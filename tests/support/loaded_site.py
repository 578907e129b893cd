"""Django, set up by importing this: what a fork server loads once for all processes that it forks, without a database."""

import os
import sys
from pathlib import Path


def _load() -> None:
    import django

    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "site"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()

    from django.core.handlers.wsgi import WSGIHandler
    from django.urls import get_resolver

    WSGIHandler()
    get_resolver().check()  # which imports the views


_load()
