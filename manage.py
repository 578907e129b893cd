#!/usr/bin/env python
"""Django's command line, with `site/` put on the import path: that folder holds the package `kimonote`."""

import gc
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def main() -> None:
    sys.path.insert(0, str(ROOT / "site"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kimonote.settings")
    gc.disable()  # what imports make stays: to look through it again and again takes a quarter of their time
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from environs import EnvError

    try:
        django.setup()
        gc.freeze()
        gc.enable()
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, EnvError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
