"""Which attributes an agreement opens, and what a record answers for each: no more than was asked."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from common.errors import UnknownPartError
from common.registries.record_access.grant import AccessRefusedError
from issuer.models import DataAgreement

# Answers that are worked out, so that a yes or no is disclosed and not what it follows from.
DERIVED: Final[dict[str, Callable[[Any], bool]]] = {
    "absent": lambda value: value in (None, ""),
    "present": lambda value: value not in (None, ""),
}


def narrow_attributes(asked: Sequence[str], allowed: Sequence[str]) -> list[str]:
    """What is asked for, in that order; everything that is allowed where nothing is named."""
    if not allowed or not set(asked) <= set(allowed):
        raise AccessRefusedError("More is asked for than was agreed upon.")
    return list(asked or allowed)


def attribute_values(
    agreement: DataAgreement, names: Sequence[str], data: Mapping[str, Any]
) -> dict[str, Any]:
    """The value of each attribute in a record's data; None for what the record does not know."""
    return {name: _answer(agreement, name, data) for name in names}


def _answer(agreement: DataAgreement, name: str, data: Mapping[str, Any]) -> Any:
    rule = agreement.derived.get(name)
    if rule is None:
        return data.get(name)
    if rule.get("derive") not in DERIVED:
        raise UnknownPartError("derivation", rule.get("derive"), DERIVED)
    # A registry without that column knows nothing of it: its silence is no "absent".
    if rule.get("column") not in {column["name"] for column in agreement.registry.columns}:
        return None
    return DERIVED[rule["derive"]](data.get(rule["column"]))
