"""Parsing of CACHE_URL: Django's cache, used by Wagtail for a few values."""

import re
from typing import Any
from urllib.parse import urlsplit

TIMEOUT = 0.2  # seconds for Redis to accept a connection and to respond
EXAMPLES = "redis://127.0.0.1:6379/0, rediss://:password@cache.example:6380/0 or unix:///run/redis/redis.sock"


def read_cache_url(url: str) -> dict[str, dict[str, Any]]:
    """Return the entries of CACHES for a URL; local memory for an empty one. Raise ValueError with a sentence.

    Those of Redis are one cache: `default` is as if it were empty while it does not respond, `sessions` fails aloud.

    >>> read_cache_url("valkey://127.0.0.1")["default"]["LOCATION"]
    'redis://127.0.0.1'
    """
    if not url:
        return {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    location = re.sub(r"^valkey(s?)://", r"redis\1://", url)
    _check_redis(location)
    options = {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT}
    backends = {
        "default": "kimonote.optional_cache.OptionalRedisCache",
        "sessions": "django.core.cache.backends.redis.RedisCache",
    }
    redis = {"LOCATION": location, "KEY_PREFIX": "kimonote", "OPTIONS": options}
    return {name: {"BACKEND": backend, **redis} for name, backend in backends.items()}


def _check_redis(url: str) -> None:
    from redis.connection import parse_url  # slow to import: only if it is used

    try:
        parts = urlsplit(url)
        if parts.scheme not in ("redis", "rediss", "unix") or not (parts.path if parts.scheme == "unix" else parts.hostname):
            raise ValueError("there is no such cache")
        if parts.scheme != "unix" and not re.fullmatch(r"(/\d*)?", parts.path):
            raise ValueError("its path is no number of a database")
        parse_url(url)  # type: ignore[no-untyped-call]  # redis annotates no argument
    except ValueError as error:
        shown = re.sub(r"//.*@", "//…@", url)  # without the password
        raise ValueError(f"CACHE_URL is {shown!r} and cannot be read: {error}. Write {EXAMPLES}.") from error
