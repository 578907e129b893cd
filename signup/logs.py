"""Keeps tokens out of logs: whoever reads one could confirm, change or end someone's subscription."""

import logging
import re
from typing import Any

TOKEN = re.compile(r"(/(?:signup|comments)/[a-z]+/)[^/\s?\"']+")
LOGGERS = ("django.request", "django.server", "django.security.csrf")  # those that write addresses of requests


class WithoutTokens(logging.Filter):
    """Puts … where a record's message or arguments hold the token of an address."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = hide(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(map(hide, record.args))
        return True


def hide(value: Any) -> Any:
    """Give a text without tokens; what is no text is given back as it is.

    >>> hide("GET /signup/leave/12.aB3.xyz/ 404")
    'GET /signup/leave/…/ 404'
    """
    return TOKEN.sub(r"\1…", value) if isinstance(value, str) else value


def keep_tokens_out() -> None:
    """Filter what Django itself logs of requests."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(WithoutTokens())
