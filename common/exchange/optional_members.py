"""What a message says: a member that is null, or an empty text, is one that is not there.

The texts know only absent members; the libraries of those who speak them write null, or nothing between
quotes. What was signed stays as it came (`Envelope.signed`), and so does what is searched for: a comparison
left out would find more than was asked.
"""

from collections.abc import Mapping
from typing import Any, Final

_COMPARING: Final = frozenset({"query", "filter"})


def without_empty(value: Any) -> Any:
    """`value` without such members, at every depth; items of lists stay."""
    if isinstance(value, Mapping):
        return {
            name: inner if name in _COMPARING else without_empty(inner)
            for name, inner in value.items()
            if inner is not None and inner != ""
        }
    if isinstance(value, list):
        return [without_empty(inner) for inner in value]
    return value
