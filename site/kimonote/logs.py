"""Log lines that name their request: `X-Request-ID` of the web server in front, or a random one."""

import logging
import re
import secrets
from contextvars import ContextVar
from logging import LogRecord
from wsgiref.types import WSGIEnvironment

from pythonjsonlogger.core import RESERVED_ATTRS

from blog.availability import without_outages

ID_BYTES = 8
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
KNOWN = re.compile(r"[A-Za-z0-9_-]{8,64}").fullmatch  # nginx sends 32 hexadecimal digits

_id: ContextVar[str | None] = ContextVar("id", default=None)  # None outside of requests


def begin_request(environ: WSGIEnvironment) -> None:
    """Take the id of a request that begins in this thread, as it was sent."""
    _id.set(environ.get("HTTP_X_REQUEST_ID", ""))


def request_id() -> str:
    """Return the id of the present request, empty outside of one; one that could not stand in a log is replaced."""
    found = _id.get()
    if found is not None and not KNOWN(found):
        found = secrets.token_hex(ID_BYTES)
        _id.set(found)
    return found or ""


def add_request(record: LogRecord) -> bool:
    """Pass every record, with `request_id` for JSON, and `request_mark`, “ [id]” or nothing, for lines."""
    found = request_id()
    vars(record).update(request_id=found, request_mark=f" [{found}]" if found else "")
    return True


class LineFormatter(logging.Formatter):
    """Writes a message as one line: whatever stands in it, it begins no other, and sends a terminal nothing."""

    def formatMessage(self, record: LogRecord) -> str:
        record.message = CONTROL.sub(lambda found: repr(found[0])[1:-1], record.message)
        return super().formatMessage(record)


def formatter(kind: str) -> dict[str, object]:
    """Return the configuration of a formatter, `line` or `json`; raise ValueError for another."""
    if kind == "line":
        return {"()": LineFormatter, "fmt": "{levelname} {name}: {message}{request_mark}", "style": "{"}
    if kind == "json":
        return {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": ("levelname", "name", "message", "request_id"),
            "rename_fields": {"levelname": "level", "name": "logger"},
            "timestamp": "time",
            "reserved_attrs": [*RESERVED_ATTRS, "request", "request_mark", "status_code"],  # Django's request holds the address
        }
    raise ValueError(f"LOG_FORMAT is {kind!r}: write line or json.")


def configuration(kind: str, level: int) -> dict[str, object]:
    """Return the LOGGING setting: records of a level and above, formatted as `line` or `json`; raise ValueError for another."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter(kind)},
        "filters": {
            "outages": {"()": "django.utils.log.CallbackFilter", "callback": without_outages},
            "request": {"()": "django.utils.log.CallbackFilter", "callback": add_request},
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request"]}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.request": {"level": "ERROR", "filters": ["outages"]},  # without the 404s of crawlers
            "django_tasks": {"level": "WARNING"},
            "wagtail": {"level": "WARNING"},  # its log of edits is in the database
            "django.security.DisallowedHost": {"level": "CRITICAL"},  # nor are requests for other hosts, which get their 400
        },
    }
