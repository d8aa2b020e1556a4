"""Claims path pointers (OpenID4VP §7)."""

from collections.abc import Mapping
from typing import Any

from common.errors import SelloError
from common.vcdm.credential import ClaimPath


class NoSuchClaimError(SelloError):
    """The path selects nothing, or steps into something of another kind."""

    code = "invalid_request"


def parse_path(value: Any) -> ClaimPath:
    """A non-empty array of strings, nulls and non-negative integers as a path (§7)."""
    if not isinstance(value, list) or not value or not all(_is_component(part) for part in value):
        raise NoSuchClaimError(
            "A claims path is a non-empty array of strings, nulls and non-negative integers."
        )
    return tuple(value)


def select_claims(document: Mapping[str, Any], path: ClaimPath, *, sets: bool = False) -> list[Any]:
    """The elements that `path` selects in a JSON document (§7.1.1), never none: that is `NoSuchClaimError`.

    Where lists are `sets`, as in RDF, what stands alone is a list of one.
    """
    selected: list[Any] = [document]
    for part in path:
        if sets and not isinstance(part, str):
            selected = [element if isinstance(element, list) else [element] for element in selected]
        kind = Mapping if isinstance(part, str) else list
        if not all(isinstance(element, kind) for element in selected):
            raise NoSuchClaimError("A claims path steps into a value of another kind.")
        if part is None:
            selected = [item for element in selected for item in element]
        elif isinstance(part, str):
            selected = [element[part] for element in selected if part in element]
        else:
            selected = [element[part] for element in selected if part < len(element)]
    if not selected:
        raise NoSuchClaimError("A claims path selects nothing.")
    return selected


def same_value(left: Any, right: Any) -> bool:
    """Whether type and value both match exactly (§6.3); in JSON, `true` is not `1`, and `1e3` is `1000`."""
    kinds = {int if type(value) is float else type(value) for value in (left, right)}
    return len(kinds) == 1 and bool(left == right)


def _is_component(part: Any) -> bool:
    return part is None or isinstance(part, str) or (type(part) is int and part >= 0)
