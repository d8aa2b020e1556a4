"""Reading a registry's source anew, where its records are copied from one: files on a schedule."""

from dataclasses import dataclass

from issuer.models import Registry


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What reading the source anew did to the records."""

    created: int = 0
    updated: int = 0
    removed: int = 0
    rejected: int = 0


def refresh(registry: Registry) -> Refreshed | None:
    """Read the source anew; None where there is none, or it is as it was."""
    return None
