"""Members that these messages have in common, read with the reason for which each is refused."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from common.encoding import plain_text
from common.exchange import optional_members
from common.exchange.envelope import parse_timestamp
from common.exchange.errors import ExchangeError

MAX_ID: Final = 99
MAX_ITEMS: Final = 1_000


class DisbursementItemError(Exception):
    """One item of a message that is not carried out; `code` is one of the text's reasons."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def require_transaction_id(message: Mapping[str, Any]) -> str:
    """The transaction that a message belongs to."""
    value = message.get("transaction_id")
    if not is_text(value):
        raise ExchangeError(f"transaction_id is a text of at most {MAX_ID} characters.")
    return str(value)


def items(message: Mapping[str, Any], *names: str) -> list[Mapping[str, Any]]:
    """The one list of objects that stands under one of `names`; under several of them it is the same list."""
    found = _listed(message, *names)
    if not all(isinstance(each, Mapping) for each in found):
        raise ExchangeError(f"{names[0]} holds objects.")
    references = [each.get("reference_id") for each in found]
    if not all(is_text(each) for each in references) or len(set(references)) != len(references):
        raise ExchangeError("Each item has a reference_id of its own.")
    return found


def heard(message: Mapping[str, Any], name: str) -> dict[str, Mapping[str, Any] | None]:
    """The items of an answer by their reference; None where it says two things under one.

    What names nothing is passed over: whoever asked about it hears nothing, and asks again.
    """
    found: dict[str, Mapping[str, Any] | None] = {}
    for each in _listed(message, name):
        reference = each.get("reference_id") if isinstance(each, Mapping) else None
        if isinstance(reference, str) and is_text(reference):
            said = {key: value for key, value in each.items() if key != "timestamp"}
            known = found.get(reference, each)
            alike = known is not None and said == {k: v for k, v in known.items() if k != "timestamp"}
            found[reference] = each if alike else None
    return found


def is_text(value: object, *, limit: int = MAX_ID) -> bool:
    """Whether a member is a printable text of that length."""
    return isinstance(value, str) and 0 < len(value) <= limit and value.isprintable()


def optional_name(item: Mapping[str, Any], name: str, *, limit: int, refusal: str) -> str:
    """A name of somebody, in any script, that may be absent; never a part of one."""
    value = item.get(name)
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or len(value) > limit or not plain_text.is_plain(value):
        raise DisbursementItemError(refusal)
    return plain_text.plain_line(value)


def remark(item: Mapping[str, Any], name: str, *, limit: int) -> str:
    """A text for people that may be absent, in one line and cut to its place: nothing hangs on it."""
    value = item.get(name)
    return plain_text.plain_line(value)[:limit].strip() if isinstance(value, str) else ""


def optional_time(
    item: Mapping[str, Any], name: str, *, refusal: str, required: bool = True
) -> datetime | None:
    """A moment with its zone."""
    if item.get(name) in (None, "") and not required:
        return None
    found = parse_timestamp(item.get(name))
    if found is None:
        raise DisbursementItemError(refusal)
    return found


def known(values: Mapping[str, Any]) -> dict[str, Any]:
    """The members that say something."""
    return {name: value for name, value in values.items() if value not in ("", None)}


def _listed(message: Mapping[str, Any], *names: str) -> list[Any]:
    found = [message[name] for name in names if message.get(name)]
    if not found or not isinstance(found[0], list):
        raise ExchangeError(f"{names[0]} is an array that is not empty.")
    if any(each != found[0] for each in found):
        raise ExchangeError(f"{' and '.join(names)} say different things.")
    if len(found[0]) > MAX_ITEMS:
        raise ExchangeError(
            f"A message holds at most {MAX_ITEMS} items.", reason="rjct.total_count.limit_exceeded"
        )
    return [optional_members.without_empty(each) for each in found[0]]
