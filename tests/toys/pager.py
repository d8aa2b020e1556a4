"""`pager`: a channel that shows a notice's title on a small screen."""

from typing import Final

from common.notices.channels.base import Channel, Message

SHOWN: Final[list[tuple[str, str]]] = []


def valid(address: str) -> bool:
    """Whether this is a pager's number: eight digits."""
    return address.isascii() and address.isdigit() and len(address) == 8


def deliver(message: Message) -> None:
    """Show it."""
    SHOWN.append((message.address, message.title))


def repeats() -> bool:
    """A pager shows the same again."""
    return False


CHANNEL: Final = Channel(
    address="pager",
    valid=valid,
    deliver=deliver,
    repeats=repeats,
    written=lambda address: address.replace(" ", ""),
    columns=frozenset({"pager", "beeper"}),
)
