"""Forks worker processes: `python -m tests.support.fork_server` loads Django once and forks a process for each input line.

A line is JSON: the database's name, settings that differ from the environment's, and a port if it is to be the site in place
of a worker, or granian with one process, as on a server. The answer is the process id.
"""

import gc
import json
import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    sys.path.insert(0, str(ROOT / "site"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    gc.disable()
    load()
    gc.freeze()  # what is imported stays
    gc.enable()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead need no burial
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            work(**json.loads(line))
            os._exit(0)
        print(pid, flush=True)  # noqa: T201


def load() -> None:
    """Import what a worker would at its start, without touching a database."""
    import django
    from django.core.mail import get_connection
    from django.core.management import load_command_class
    from django.db.migrations.loader import MigrationLoader

    django.setup()
    load_command_class("kimonote", "worker")
    get_connection()
    MigrationLoader(None)


def work(database: str, settings: dict[str, Any], port: int = 0, granian: bool = False) -> None:
    """Be a worker; or the site, at a port."""
    from django.conf import settings as site_settings
    from django.core.management import call_command
    from django.core.servers.basehttp import run
    from django.core.wsgi import get_wsgi_application
    from django.db import connections

    connections.databases["default"]["NAME"] = database
    for name, value in settings.items():
        setattr(site_settings, name, value)
    os.dup2(2, 1)
    if granian:
        os.setpgid(0, 0)  # to be killed with its children, as systemd does
        from kimonote.management.commands.serve import load_in_child, make_server

        server = make_server(host="127.0.0.1", port=port, socket=None, processes=1, threads=4)
        return server.serve(target_loader=partial(load_in_child, os.getpid()), wrap_loader=False)
    if port:
        run("127.0.0.1", port, get_wsgi_application())
    call_command("worker", interval=0.05)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
