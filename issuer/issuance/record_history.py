"""What was offered and issued of one record, and who has read it, for the officer who looks at it."""

from dataclasses import dataclass
from typing import Final

from issuer.models import AccessLog, IssuedCredential, Registry, Session

MOST_OFFERS: Final = 10
MOST_CREDENTIALS: Final = 50
MOST_READINGS: Final = 20


@dataclass(frozen=True, slots=True)
class RecordHistory:
    """The latest of each; whether anything can be offered of records like this one."""

    can_offer: bool
    offers: list[Session]
    issued: list[IssuedCredential]
    readings: list[AccessLog]


def record_history(registry: Registry, record_key: str) -> RecordHistory:
    """The history of the record under this key."""
    mine = {"configuration__registry": registry, "record_key": record_key}
    offers = Session.objects.filter(**mine).select_related("configuration").order_by("-created_at")
    issued = IssuedCredential.objects.filter(**mine).select_related("configuration")
    readings = AccessLog.objects.filter(registry=registry, record_key=record_key)
    return RecordHistory(
        can_offer=registry.configurations.exists(),
        offers=list(offers[:MOST_OFFERS]),
        issued=list(issued[:MOST_CREDENTIALS]),
        readings=list(readings[:MOST_READINGS]),
    )
