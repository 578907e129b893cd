"""What one page's time goes into, by a profile: `DATABASE_URL=… python -m benchmarks.anatomy cold|warm PATH …`."""

import cProfile
import os
import pstats
import sys
from collections import Counter
from io import BytesIO
from typing import Any

from benchmarks.filling import start_django
from benchmarks.tables import table

REQUESTS = 300
ROOMS = {  # the first whose words are in a file's path; what is in none (Python's own) is its caller's
    "the tag index": ("blog/tagindex/", "/numpy/", "pyroaring"),
    "the database": ("django/db/", "sqlite3", "psycopg2", "blog/models/", "blog/snapshots"),
    "words in the site's language": ("django/utils/translation/", "gettext.py"),
    "Django's and Wagtail's request and response": ("/django/", "/wagtail/", "/whitenoise/", "/asgiref/", "site/kimonote/"),
    "the page cache": ("blog/pagecache", "blog/finished"),
    "the page itself": ("blog/", "signup/", "comments/"),
}

Function = tuple[str, int, str]


def main(state: str, paths: list[str]) -> None:
    if state == "cold":
        os.environ["PAGE_CACHE_BYTES"] = "0"
    start_django()
    from django.core.handlers.wsgi import WSGIHandler

    handler = WSGIHandler()
    shares = {path: _shares(handler, path) for path in paths}
    rows = [[room, *(f"{100 * shares[path][room]:.0f} %" for path in paths)] for room in ROOMS]
    print(table([f"a {state} page's time goes into", *paths], rows))


def _shares(handler: Any, path: str) -> dict[str, float]:
    """The part of the time that each room takes."""
    _ask(handler, path)
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(REQUESTS):
        _ask(handler, path)
    profile.disable()
    functions: dict[Function, Any] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    spent: Counter[str] = Counter()
    for function, (_calls, _primitive, own, _all, callers) in functions.items():
        room = _room(function)
        if room:
            spent[room] += own
            continue
        for caller, (*_, theirs, _cumulative) in callers.items():
            spent[_room_above(caller, functions)] += theirs
    total = sum(spent[room] for room in ROOMS)
    return {room: spent[room] / total for room in ROOMS}


def _ask(handler: Any, path: str) -> None:
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "HTTP_HOST": "127.0.0.1:8000",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
    }
    response = handler(environ, lambda status, headers: None)
    b"".join(response)
    response.close()
    if response.status_code != 200:
        raise RuntimeError(f"{path} answered {response.status_code}.")


def _room(function: Function) -> str:
    """Whose a function is; empty for Python's own."""
    file = f"{function[0]} {function[2]}"
    return next((room for room, words in ROOMS.items() if any(word in file for word in words)), "")


def _room_above(function: Function, functions: dict[Function, Any]) -> str:
    """Whose the function is that a call goes back to, by the way that takes most time."""
    seen: set[Function] = set()
    while function not in seen:
        room = _room(function)
        if room:
            return room
        seen.add(function)
        callers = functions[function][4] if function in functions else {}
        if not callers:
            break
        function = max(callers, key=lambda caller: callers[caller][3])
    return ""


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
