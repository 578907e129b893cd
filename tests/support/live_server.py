"""The server of pytest-django in this process, where a database in memory gives all its threads one connection."""

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

from pytest_django.live_server_helper import LiveServer

Application = Callable[[Any, Any], Iterable[bytes]]  # WSGI


class OneAtATime:
    """A WSGI application that responds to one request after the other."""

    def __init__(self, application: Application) -> None:
        self.application, self.lock = application, Lock()

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        with self.lock:
            response = self.application(environ, start_response)
            try:
                return [b"".join(response)]
            finally:
                if close := getattr(response, "close", None):
                    close()


def separate_requests(server: LiveServer) -> None:
    """Keep the requests to a server from each other's transactions, if they share the connection of this thread.

    In production each thread has its own. On one, a preview that is read while a page is saved makes the save fail with
    "database table is locked".
    """
    if server.thread.connections_override:
        server.thread.httpd.set_app(OneAtATime(server.thread.httpd.get_app()))
