"""Redis as Django's cache, without which the site goes on: Wagtail makes anew what it cannot read there."""

import logging
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis import RedisError

logger = logging.getLogger(__name__)


class OptionalRedisCache(RedisCache):
    """A cache that is as if it were empty while Redis is away. To delete something fails: a stale value would come back."""

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except RedisError as error:
            logger.warning("Nothing is read from the cache, which does not respond (%s).", error)
            return default

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        try:
            super().set(key, value, timeout, version)
        except RedisError as error:
            logger.warning("Nothing is kept in the cache, which does not respond (%s).", error)
