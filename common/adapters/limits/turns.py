"""Turns at work that is dear in memory or time: few at once, a short queue, and for whoever comes after, 503.

A queue without an end is no kindness: each who waits holds a thread, and the last is served when nobody
waits for the answer any more.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from common.errors import FetchError, NotReachedError

TOO_MANY: Final = "Too many people ask for this right now. Try again in a moment."


class BusyError(FetchError):
    """Too many ask for the same dear work at this moment, so that nothing was found out."""

    code = "temporarily_unavailable"
    status = 503
    headers = {"Retry-After": "5"}


class TooManyWaitingError(NotReachedError):
    """Too many threads wait for others' servers already."""

    code = "temporarily_unavailable"
    status = 503
    headers = {"Retry-After": "5"}


class WaitingThreads:
    """Threads that wait for others' servers: at most `total`, and `each` for one owner of purses."""

    def __init__(self, *, total: int, each: int) -> None:
        self._total, self._each = total, each
        self._lock = threading.Lock()
        self._by_owner: Counter[str] = Counter()

    @contextmanager
    def allowed(self, owner: str) -> Iterator[None]:
        """Leave to wait, or `TooManyWaitingError` at once."""
        with self._lock:
            if self._by_owner.total() >= self._total or self._by_owner[owner] >= self._each:
                raise TooManyWaitingError("Too many answers are waited for right now. Try again in a moment.")
            self._by_owner[owner] += 1
        try:
            yield
        finally:
            with self._lock:
                self._by_owner[owner] -= 1
                if not self._by_owner[owner]:
                    del self._by_owner[owner]


class Turns:
    """At most `at_once` are at work and `waiting` wait, each no longer than `patience` seconds.

    Of all these places one owner has at most `each`, if that is said.
    """

    def __init__(self, *, at_once: int, waiting: int, patience: float, each: int | None = None) -> None:
        self._working = threading.BoundedSemaphore(at_once)
        self._places = WaitingThreads(total=at_once + waiting, each=each or at_once + waiting)
        self._patience = patience

    @contextmanager
    def taken(self, owner: str = "") -> Iterator[None]:
        """A turn, or `BusyError` where the queue is full or does not move."""
        with ExitStack() as place:
            try:
                place.enter_context(self._places.allowed(owner))
            except TooManyWaitingError as error:
                raise BusyError(TOO_MANY) from error
            if not self._working.acquire(timeout=self._patience):
                raise BusyError(TOO_MANY)
            try:
                yield
            finally:
                self._working.release()


# Of 64 threads, most always stay free for whoever asks nothing of others; one stranger holds an eighth.
WAITING: Final = WaitingThreads(total=24, each=8)
# Work beyond a usual credential's: parsed documents take memory, and Python runs one thread at a time.
HEAVY: Final = Turns(at_once=2, waiting=6, patience=4.0, each=3)
# Opening a vault takes 256 MiB, reading a picture up to 80: one at a time keeps a process below 500 MB.
DEAR: Final = Turns(at_once=1, waiting=5, patience=2.5)
# Passwords of officers cost time alone.
PASSWORDS: Final = Turns(at_once=1, waiting=5, patience=2.5)
