"""Says what happens as it happens, and how long each step took."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class StoryBrokenError(Exception):
    """The story did not go as it must; the sentence says where."""


class Telling:
    """One step while it happens: what came of it, and what must hold."""

    def __init__(self) -> None:
        self.outcome = ""

    def __call__(self, outcome: str) -> None:
        """Keep what came of the step, for the line that is printed."""
        self.outcome = outcome

    def must(self, holds: object, otherwise: str) -> None:
        """End the story unless `holds`."""
        if not holds:
            raise StoryBrokenError(otherwise)


class Narrator:
    """Chapters and numbered steps on standard output."""

    def __init__(self) -> None:
        self.steps = 0
        self.started = time.monotonic()

    def chapter(self, title: str) -> None:
        """A heading."""
        print(f"\n{title}", flush=True)

    @contextmanager
    def step(self, what: str) -> Iterator[Telling]:
        """Number, time and print one step when it has happened; name it when it fails."""
        telling, begun = Telling(), time.monotonic()
        self.steps += 1
        try:
            yield telling
        except Exception:
            print(f" ✗ {self.steps:2}  {what}", file=sys.stderr, flush=True)
            raise
        seconds = time.monotonic() - begun
        print(f" ✓ {self.steps:2}  {what}  ({seconds:.2f} s)", flush=True)
        for line in telling.outcome.splitlines():
            print(f"       {line}", flush=True)

    def end(self) -> None:
        """How much there was, and how long it took."""
        print(
            f"\n{self.steps} steps in {time.monotonic() - self.started:.1f} s. Everything held.", flush=True
        )
