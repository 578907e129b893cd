"""Keeps tokens of links out of logs: whoever has one may do what its link is for."""

import logging
import re
from typing import Any

TOKEN = re.compile(r"(/(?:signup|comments)/[a-z]+/|/password_reset/confirm/[^/]+/)[^/\s?\"']+")
LOGGERS = ("django.request", "django.server", "django.security.csrf")  # those that write URLs of requests


class WithoutTokens(logging.Filter):
    """Replaces the token of a URL in a record's message or arguments by “…”."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = hide(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(map(hide, record.args))
        return True


def hide(value: Any) -> Any:
    """Return a text without tokens; what is no text is returned as it is.

    >>> hide("GET /signup/leave/12.aB3.xyz/ 404")
    'GET /signup/leave/…/ 404'
    """
    return TOKEN.sub(r"\1…", value) if isinstance(value, str) else value


def keep_tokens_out() -> None:
    """Filter what Django itself logs of requests."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(WithoutTokens())
