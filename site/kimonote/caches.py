"""Reads CACHE_URL and PURGE_URL: the cache that processes share, and the proxy in front that keeps pages longer."""

import re
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 0.2  # seconds for Redis to answer: a page is made in a hundredth of that
EXAMPLES = "redis://127.0.0.1:6379/0, rediss://:password@cache.example:6380/0 or unix:///run/redis/redis.sock"


class Plain:
    """Bytes as they are, where Django would pickle them."""

    def dumps(self, value: bytes) -> bytes:
        return value

    def loads(self, kept: bytes) -> bytes:
        return kept


def read_cache_url(url: str) -> dict[str, dict[str, Any]]:
    """The entry of CACHES for shared pages; none for an empty address. Raises ValueError with a sentence.

    >>> read_cache_url("valkey://127.0.0.1")["pages"]["LOCATION"]
    'redis://127.0.0.1'
    """
    if not url:
        return {}
    location = re.sub(r"^valkey(s?)://", r"redis\1://", url)
    _check_redis(location)
    options = {"serializer": "kimonote.caches.Plain", "socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
    backend = "django.core.cache.backends.redis.RedisCache"
    return {"pages": {"BACKEND": backend, "LOCATION": location, "KEY_PREFIX": "kimonote", "OPTIONS": options}}


def _check_redis(url: str) -> None:
    from redis.connection import parse_url  # takes its time and memory: only for those who use it

    try:
        parts = urlsplit(url)
        if parts.scheme not in ("redis", "rediss", "unix") or not (parts.path if parts.scheme == "unix" else parts.hostname):
            raise ValueError("there is no such cache")
        if parts.scheme != "unix" and not re.fullmatch(r"(/\d*)?", parts.path):
            raise ValueError("its path is no number of a database")
        parse_url(url)  # type: ignore[no-untyped-call]
    except ValueError as error:
        shown = re.sub(r"//.*@", "//…@", url)  # without the password
        raise ValueError(f"CACHE_URL is {shown!r} and cannot be read: {error}. Write {EXAMPLES}.") from error


def read_purge_url(url: str) -> str:
    """The address of the proxy, without a slash at its end. Raises ValueError with a sentence.

    >>> read_purge_url("http://127.0.0.1:6081/")
    'http://127.0.0.1:6081'
    """
    try:
        parts = urlsplit(url)
        readable = not url or (parts.scheme in ("http", "https") and parts.hostname and parts.port != 0)
    except ValueError:
        readable = False
    if not readable or parts.query or parts.fragment or parts.username:
        raise ValueError(f"PURGE_URL is {url!r}: it must be the proxy's address, such as http://127.0.0.1:6081.")
    return url.removesuffix("/")
