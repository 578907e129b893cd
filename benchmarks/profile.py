"""Profile a page, by part of the code: `DATABASE_URL=… python -m benchmarks.profile cold|warm PATH …`."""

import cProfile
import os
import pstats
import sys
from collections import Counter
from io import BytesIO
from typing import Any

from benchmarks.fill_database import start_django
from benchmarks.tables import table

REQUESTS = 300
PARTS = {  # by words in a file's path, the first that fits; the time of other code (Python's own) is its caller's
    "the tag index": ("blog/tagindex/", "/numpy/", "pyroaring"),
    "the database": ("django/db/", "sqlite3", "psycopg2", "blog/models/", "blog/snapshots"),
    "words in the site's language": ("django/utils/translation/", "gettext.py"),
    "Django's and Wagtail's request and response": ("/django/", "/wagtail/", "/whitenoise/", "/asgiref/", "site/kimonote/"),
    "the page cache": ("blog/caching/",),
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
    rows = [[part, *(f"{100 * shares[path][part]:.0f} %" for path in paths)] for part in PARTS]
    print(table([f"a {state} page's time goes into", *paths], rows))


def _shares(handler: Any, path: str) -> dict[str, float]:
    """Return the share of the time that each part takes, 0 to 1."""
    _ask(handler, path)
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(REQUESTS):
        _ask(handler, path)
    profile.disable()
    functions: dict[Function, Any] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    spent: Counter[str] = Counter()
    for function, (_calls, _primitive, own, _all, callers) in functions.items():
        part = _part(function)
        if part:
            spent[part] += own
            continue
        for caller, (*_, theirs, _cumulative) in callers.items():
            spent[_part_of_caller(caller, functions)] += theirs
    total = sum(spent[part] for part in PARTS)
    return {part: spent[part] / total for part in PARTS}


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


def _part(function: Function) -> str:
    """Return the part that a function belongs to; empty for Python's own."""
    file = f"{function[0]} {function[2]}"
    return next((part for part, words in PARTS.items() if any(word in file for word in words)), "")


def _part_of_caller(function: Function, functions: dict[Function, Any]) -> str:
    """Return the part that a call comes from, by the callers that take most time."""
    seen: set[Function] = set()
    while function not in seen:
        part = _part(function)
        if part:
            return part
        seen.add(function)
        callers = functions[function][4] if function in functions else {}
        if not callers:
            break
        function = max(callers, key=lambda caller: callers[caller][3])
    return ""


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
