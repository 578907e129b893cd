"""Serve another Django project as the site itself is served: `python -m benchmarks.serve_project SETTINGS PORT`."""

import os
import sys
from collections.abc import Callable
from typing import Any

sys.path.insert(0, "site")

from kimonote.management.commands.serve import make_server


def main(settings: str, port: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    from django.core.wsgi import get_wsgi_application
    from django.db import connections

    application = get_wsgi_application()
    connections.close_all()

    def load() -> Callable[..., Any]:
        return application

    make_server(host="127.0.0.1", port=port, socket=None, processes=2, threads=4).serve(target_loader=load, wrap_loader=False)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
