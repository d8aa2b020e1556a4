"""The card: all that was issued to say one thing of one record, in whatever format, copy or batch.

A person holds one card where the rows hold several credentials, so an officer's word about it reaches all of
them. While it is suspended, nothing more is issued of it; and what was on its way when it was withdrawn (an
offer, a code, a token, an answer that was put off) has ended. Once a suspension is lifted, or after a
revocation, the office makes a new offer.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from common.registries.connector import RegistryError
from issuer.models import Configuration, IssuedCredential, Session, StatusChange

WITHDRAWN: Final = (IssuedCredential.State.SUSPENDED, IssuedCredential.State.REVOKED)


class CardWithdrawnError(RegistryError):
    """Something asked of a card that is suspended, or by a word of before it was withdrawn."""

    code = "card_withdrawn"
    status = 409


def card_copies(credential: IssuedCredential) -> "QuerySet[IssuedCredential]":
    """All credentials of the card to which one belongs; itself alone where it is of nobody's record."""
    if credential.configuration_id is None:
        return IssuedCredential.objects.filter(pk=credential.pk)
    return _of(credential.configuration_id, [credential.record_key])


def lock_card(credential: IssuedCredential) -> list[IssuedCredential]:
    """The copies of a card, locked.

    Looked at until nothing new appears: one that was stored while we waited for a lock is seen the next time.
    """
    rows = card_copies(credential).select_for_update(of=("self",)).order_by("pk")
    rows = rows.select_related("configuration__registry__authority", "status_list__authority")
    found: list[IssuedCredential] = []
    while len(again := list(rows.all())) > len(found):
        found = again
    return found


def require_not_suspended(configuration: Configuration, record_key: str) -> None:
    """Raise while the card of this record is suspended."""
    if suspended_cards(configuration, [record_key]):
        raise CardWithdrawnError("This card is suspended. Lift that before anything more is issued of it.")


def suspended_cards(configuration: Configuration, keys: Iterable[str]) -> frozenset[str]:
    """Those of these records whose card is suspended."""
    rows = _of(configuration.pk, keys).filter(state=IssuedCredential.State.SUSPENDED)
    return frozenset(rows.values_list("record_key", flat=True))


def lock_open_cards(configuration: Configuration, keys: Iterable[str]) -> None:
    """Raise where one of these cards is suspended; none becomes so before this transaction ends.

    Whoever suspends it waits for the rows that are locked here, and then finds what was stored meanwhile.
    """
    rows = _of(configuration.pk, keys).select_for_update(of=("self",)).order_by("pk")
    if any(row.state == IssuedCredential.State.SUSPENDED for row in rows):
        raise CardWithdrawnError("This card was suspended meanwhile. Nothing more is issued of it.")


def require_open(session: Session) -> None:
    """Raise where nothing may be issued in a session any more, however its token was come by."""
    require_not_suspended(session.configuration, session.record_key)
    issued = IssuedCredential.objects.filter(delivery__session=session, superseded=False)
    if issued.filter(state__in=WITHDRAWN).exists():
        raise CardWithdrawnError("What was issued has been withdrawn; ask the office.")


def require_untouched(configuration: Configuration, record_key: str, *, since: datetime) -> None:
    """Raise where the card is suspended, or was withdrawn since somebody was let in to fetch it."""
    require_not_suspended(configuration, record_key)
    changes = StatusChange.objects.filter(
        credential__configuration=configuration,
        credential__record_key=record_key,
        credential__superseded=False,
        after__in=WITHDRAWN,
        at__gte=since,
    )
    if changes.exists():
        raise CardWithdrawnError("The office has withdrawn this card since then; ask there for a new code.")


def end_sessions(configuration: Configuration, keys: Iterable[str], *, now: datetime) -> int:
    """Let nothing more be issued of what was begun for these records: no offer, no token, no renewal.

    The update waits for deliveries under way, whose credentials are there when they are looked for next.
    """
    rows = Session.objects.filter(configuration=configuration, record_key__in=list(keys), ended_at=None)
    ids = list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
    return Session.objects.filter(pk__in=ids).update(ended_at=now)


def key_stands(thumbprint: str) -> bool:
    """Whether a holder's key may speak for a person still: not once all that was issued to it is withdrawn.

    Of a key that is bound to what others issued nobody knows here; the evidence that it showed was checked.
    """
    rows = IssuedCredential.objects.filter(holder_thumbprint=thumbprint).exclude(superseded=True)
    found = set(rows.values_list("state", flat=True)) if thumbprint else set()
    return not found or IssuedCredential.State.VALID in found


def _of(configuration: int, keys: Iterable[str]) -> "QuerySet[IssuedCredential]":
    return IssuedCredential.objects.filter(configuration=configuration, record_key__in=list(keys))
