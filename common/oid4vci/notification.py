"""What became of a credential in the wallet (OpenID4VCI 1.0 §11)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from common.oid4vci.errors import NotificationError
from common.oid4vci.json_members import Members

Event = Literal["credential_accepted", "credential_failure", "credential_deleted"]
EVENTS: Final[tuple[Event, ...]] = get_args(Event)
_DESCRIPTION = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]{0,500}\Z")


@dataclass(frozen=True, slots=True)
class Notification:
    """One event for all credentials of one response."""

    notification_id: str
    event: Event
    description: str | None = None


def create_notification(notification: Notification) -> dict[str, str]:
    """The notification request (§11.1)."""
    result = {"notification_id": notification.notification_id, "event": notification.event}
    if notification.description is not None:
        result["event_description"] = notification.description
    return result


def parse_notification(source: object) -> Notification:
    """Read a notification request; the description is printable ASCII, as §11.1 asks."""
    if not isinstance(source, Mapping):
        raise NotificationError("A notification is a JSON object.")
    members: Members = Members(source, NotificationError)
    event: Any = members.text("event")
    if event not in EVENTS:
        raise NotificationError(f"event must be one of {', '.join(EVENTS)}.")
    description = members.optional_text("event_description") if source.get("event_description") else None
    if description is not None and not _DESCRIPTION.match(description):
        raise NotificationError("event_description must be short, printable ASCII.")
    return Notification(members.text("notification_id"), event, description)
