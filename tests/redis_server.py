"""A real Redis for tests, on a port of its own; and the site's settings that name it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.cache import caches
from redis import ConnectionError as RedisConnectionError
from redis import Redis

from kimonote.caches import read_cache_url
from tests.checkout import free_port, start, stop, wait_for

REDIS = shutil.which("redis-server") or shutil.which("valkey-server")
needs_redis = pytest.mark.skipif(
    not REDIS and not os.environ.get("CI"), reason="There is no redis-server: install Debian's redis-server."
)


def answers(port: int) -> bool:
    with Redis(port=port) as client:
        try:
            return bool(client.ping())
        except RedisConnectionError:
            return False


@contextmanager
def running_redis(port: int, folder: Path) -> Iterator[None]:
    assert REDIS, "There is no redis-server, and CI needs it: install Debian's redis-server."
    server = start(folder, REDIS, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
    try:
        wait_for(lambda: answers(port), server)
        yield
    finally:
        stop(server)


@pytest.fixture(scope="module")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    with running_redis(port, tmp_path_factory.mktemp("redis")):
        yield port


@pytest.fixture
def redis(redis_port: int, settings) -> Iterator[Redis]:
    """A client of an empty Redis that CACHE_URL names."""
    share(settings, f"redis://127.0.0.1:{redis_port}/0")
    with Redis(port=redis_port) as client:
        client.flushall()
        yield client
    unshare()


def share(settings, url: str) -> None:
    settings.CACHES = {"default": settings.CACHES["default"], **read_cache_url(url)}


def unshare() -> None:
    """Close what the cache of this test has open."""
    caches["pages"]._cache._get_connection_pool(write=True).disconnect()
