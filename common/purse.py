"""One purse a request: what the documents of strangers may cost, whatever they ask for.

A document names others to fetch, contexts that name contexts, schemas that refer to themselves, lists upon
lists. Each has its bound, but bounds multiply. So whoever walks what a stranger wrote draws from the one
purse of the request (or command), and where it is empty the work ends with one error. That says nothing of
the document: it is undetermined, never valid and never forged.

The shell opens a purse (common/site/middleware.py, common/adapters/command.py) and everything below draws
from the one that is open. Where none is, as in a batch of our own or in a test of an algorithm, nothing is
counted.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from common.errors import FetchError

FETCHES: Final = 60  # a wallet that takes one card of each format needs some forty
BYTES: Final = 12_000_000  # received, or unpacked from what was received
SECONDS: Final = 15.0  # of waiting for others
STEPS: Final = 600_000  # of work, each some 2 microseconds; a usual credential takes 2,000
# Whoever has spent more than this needs a turn: few do heavy work at once, so that all others are answered.
LIGHT_STEPS: Final = 20_000
LIGHT_BYTES: Final = 1_000_000


class PurseEmptyError(FetchError):
    """A document that asks for more than one request may cost: what it says was not found out."""

    code = "invalid_request"
    status = 400


class Turnstile(Protocol):
    """Where a turn at heavy work is had, for as long as the context lasts; an error where there is none."""

    def taken(self, owner: str) -> AbstractContextManager[None]:
        """A turn that `owner` has until the context ends."""


@dataclass(slots=True)
class Purse:
    """What is left of the request. `owner` is who sent it, as the door to the network counts them.

    `turns` is where heavy work waits for its turn. `brought` holds what was fetched once and is named again.
    """

    owner: str = ""
    fetches: int = FETCHES
    bytes: int = BYTES
    seconds: float = SECONDS
    steps: int = STEPS
    turns: Turnstile | None = None
    brought: dict[str, Any] = field(default_factory=dict)
    _turn: ExitStack | None = None
    _light: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        self._light = self.steps - LIGHT_STEPS, self.bytes - LIGHT_BYTES

    def take(self, *, fetches: int = 0, bytes: int = 0, seconds: float = 0, steps: int = 0) -> None:
        """Pay, or raise `PurseEmptyError`; what was overdrawn stays so, and ends whatever would come next."""
        self.fetches -= fetches
        self.bytes -= bytes
        self.seconds -= seconds
        self.steps -= steps
        for name in ("fetches", "bytes", "seconds", "steps"):
            if getattr(self, name) < 0:
                raise PurseEmptyError("What was sent asks for more work than one request may.", detail=name)
        if self.turns is not None and self._turn is None and self._is_heavy():
            turn = ExitStack()
            turn.enter_context(self.turns.taken(self.owner))
            self._turn = turn

    def step_aside(self) -> None:
        """Give the turn to others, while waiting for a server or for good; who pays next asks for another."""
        if self._turn is not None:
            self._turn.close()
            self._turn = None

    def _is_heavy(self) -> bool:
        return self.steps < self._light[0] or self.bytes < self._light[1]


_open: Final[ContextVar[Purse | None]] = ContextVar("purse", default=None)


@contextmanager
def open_purse(purse: Purse) -> Iterator[Purse]:
    """Whatever is done within draws from this purse."""
    token = _open.set(purse)
    try:
        yield purse
    finally:
        purse.step_aside()
        _open.reset(token)


def current_purse() -> Purse | None:
    """The purse that is open, if one is."""
    return _open.get()


def charge(*, fetches: int = 0, bytes: int = 0, seconds: float = 0, steps: int = 0) -> None:
    """Pay from the open purse before doing what costs; `PurseEmptyError` where it does not suffice."""
    purse = _open.get()
    if purse is not None:
        purse.take(fetches=fetches, bytes=bytes, seconds=seconds, steps=steps)
