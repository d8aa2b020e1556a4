"""Turns at work that is dear in memory or time: few at once, a short queue, and for whoever comes after, 503.

A queue without an end is no kindness: each who waits holds a thread, and the last is served when nobody
waits for the answer any more.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from common.errors import NotReached, SelloError


class Busy(SelloError):
    """Too many ask for the same dear work at this moment."""

    code = "temporarily_unavailable"
    status = 503
    headers = {"Retry-After": "5"}


class Turns:
    """At most `at_once` are at work and `waiting` wait, each no longer than `patience` seconds."""

    def __init__(self, *, at_once: int, waiting: int, patience: float) -> None:
        self._working = threading.BoundedSemaphore(at_once)
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._patience = patience

    @contextmanager
    def taken(self) -> Iterator[None]:
        """A turn, or `Busy` where the queue is full or does not move."""
        if not self._places.acquire(blocking=False):
            raise Busy("Too many people ask for this right now. Try again in a moment.")
        try:
            if not self._working.acquire(timeout=self._patience):
                raise Busy("Too many people ask for this right now. Try again in a moment.")
            try:
                yield
            finally:
                self._working.release()
        finally:
            self._places.release()


class TooManyWait(NotReached):
    """Too many threads wait for others' servers already."""

    code = "temporarily_unavailable"
    status = 503
    headers = {"Retry-After": "5"}


class Waiting:
    """Threads that wait for others' servers: at most `total`, and `each` for one owner of purses."""

    def __init__(self, *, total: int, each: int) -> None:
        self._total, self._each = total, each
        self._lock = threading.Lock()
        self._by_owner: Counter[str] = Counter()

    @contextmanager
    def allowed(self, owner: str) -> Iterator[None]:
        """Leave to wait, or `TooManyWait` at once."""
        with self._lock:
            if self._by_owner.total() >= self._total or self._by_owner[owner] >= self._each:
                raise TooManyWait("Too many answers are waited for right now. Try again in a moment.")
            self._by_owner[owner] += 1
        try:
            yield
        finally:
            with self._lock:
                self._by_owner[owner] -= 1
                if not self._by_owner[owner]:
                    del self._by_owner[owner]


# Of 64 threads, half always stay free for whoever asks nothing of others; one stranger holds an eighth.
WAITING: Final = Waiting(total=32, each=8)
# Opening a vault takes 256 MiB, reading a picture up to 80: one at a time keeps a process below 500 MB.
DEAR: Final = Turns(at_once=1, waiting=7, patience=4.0)
# Passwords of officers cost time alone.
PASSWORDS: Final = Turns(at_once=2, waiting=14, patience=4.0)
