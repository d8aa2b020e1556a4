"""Where things are kept for a while: each kind in a cache of its own size, counters apart from all of them.

A stranger who fills one cache pushes out nothing but what other strangers brought. Without Redis a cache is
this process's memory, bounded in bytes. With Redis it is shared. While Redis is away a cache remembers
nothing; what must be counted cannot be, and is refused.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

from common.errors import SelloError

log = logging.getLogger("sello.cache")
T = TypeVar("T")
COUNTERS: Final = "counters"
PAUSE: Final = 5.0  # seconds for which a Redis that did not answer is not asked again


class CountersUnavailableError(SelloError):
    """What counts requests and guesses does not answer, so that nobody could be told from a flood."""

    code = "temporarily_unavailable"
    status = 503
    headers = {"Retry-After": "10"}


def forget_cached() -> None:
    """Empty every cache and counter."""
    for alias in settings.CACHES:
        caches[alias].clear()


class BoundedMemory(LocMemCache):
    """Django's memory cache, within `MAX_BYTES` too; what is used least goes first."""

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(name, params)
        self._max_bytes = int(params.get("OPTIONS", {}).get("MAX_BYTES", 4_000_000))

    if TYPE_CHECKING:
        _cache: OrderedDict[str, bytes]
        _expire_info: dict[str, float | None]

        def _delete(self, key: str) -> bool: ...

    def _set(self, key: str, value: bytes, timeout: Any = DEFAULT_TIMEOUT) -> None:
        self._delete(key)
        if len(value) > self._max_bytes // 2:
            return
        super()._set(key, value, timeout)  # type: ignore[misc]
        excess = sum(map(len, self._cache.values())) - self._max_bytes
        while excess > 0:
            oldest, dropped = self._cache.popitem()
            self._expire_info.pop(oldest, None)
            excess -= len(dropped)


class SharedCache(RedisCache):
    """Redis, which may be away: then nothing is found and nothing is kept."""

    _away_until = 0.0  # of this process, by the monotonic clock

    def _ask(self, ask: Callable[[], T], otherwise: T) -> T:
        from redis.exceptions import RedisError  # noqa: PLC0415 - installed only where a cache is shared

        if time.monotonic() < SharedCache._away_until:
            return otherwise
        try:
            return ask()
        except (RedisError, OSError) as error:
            SharedCache._away_until = time.monotonic() + PAUSE
            log.warning("Redis does not answer: %s", type(error).__name__)
            return otherwise

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The value, or `default` where there is none or Redis is away."""
        return self._ask(lambda: super(SharedCache, self).get(key, default, version), default)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keep the value; while Redis is away nothing is kept."""
        self._ask(lambda: super(SharedCache, self).set(key, value, timeout, version), None)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Whether the value was kept because there was none; False while Redis is away."""
        return self._ask(lambda: bool(super(SharedCache, self).add(key, value, timeout, version)), False)

    def delete(self, key: str, version: int | None = None) -> bool:
        """Whether there was something to forget; False while Redis is away."""
        return self._ask(lambda: bool(super(SharedCache, self).delete(key, version)), False)


class SharedCounters(RedisCache):
    """Counters in Redis; while it is away there is an error that says so, and no guess goes uncounted."""

    def _counted(self, ask: Callable[[], T]) -> T:
        from redis.exceptions import RedisError  # noqa: PLC0415 - installed only where a cache is shared

        try:
            return ask()
        except (RedisError, OSError) as error:
            log.warning("Redis does not answer: %s", type(error).__name__)
            raise CountersUnavailableError(
                "This cannot be answered right now. Try again in a moment."
            ) from error

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The count; `CountersUnavailableError` while Redis is away."""
        return self._counted(lambda: super(SharedCounters, self).get(key, default, version))

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Whether a new count began; `CountersUnavailableError` while Redis is away."""
        return self._counted(lambda: bool(super(SharedCounters, self).add(key, value, timeout, version)))

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Set the count; `CountersUnavailableError` while Redis is away."""
        self._counted(lambda: super(SharedCounters, self).set(key, value, timeout, version))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """The count after `delta` more; `CountersUnavailableError` while Redis is away."""
        return self._counted(lambda: int(super(SharedCounters, self).incr(key, delta, version)))
