"""What a channel is: it takes a message, and says truthfully whether it went."""

from collections.abc import Callable, Set
from dataclasses import dataclass, field
from typing import Any

from common.errors import SelloError


class NotDeliveredError(SelloError):
    """It certainly did not go; another try may do. No text of it names whom the message was for."""

    code = "server_error"
    status = 502


class UndeliverableError(NotDeliveredError):
    """It did not go, and will not."""


class DeliveryUncertainError(NotDeliveredError):
    """It was on its way when the answer failed to come: it may have arrived."""


@dataclass(frozen=True, slots=True)
class Message:
    """One notice on its way to one address; `id` is the same at each try."""

    id: str
    kind: str
    sender: str
    address: str = field(repr=False)
    language: str
    title: str
    text: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """`valid` looks at an address; `deliver` returns once the message was accepted, or raises the above.

    `repeats` says whether the other side takes one id twice for one message. Where it does not, nothing that
    may have arrived is sent again. `address` is the kind of address that a recipient has for this channel;
    `written` is how one is written before it is looked at. `columns` are names, in letters alone, by which
    registries call a person's own address of this kind; a channel to organisations has none. `several` where
    the same event goes to several addresses, each of which is told once. `settings` are those it reads.
    """

    address: str
    valid: Callable[[str], bool]
    deliver: Callable[[Message], None]
    repeats: Callable[[], bool]
    written: Callable[[str], str] = str.strip
    columns: Set[str] = frozenset()
    several: bool = False
    settings: tuple[str, ...] = ()
