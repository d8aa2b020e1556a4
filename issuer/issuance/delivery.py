"""Credentials on their way into a wallet: counted, signed, kept as rows, and answered with."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from common.formats.base import Holder
from common.keys import jwk
from common.oid4vci.credential import CredentialResponse
from common.oid4vci.errors import RequestDeniedError
from common.registries.connector import RegistryError
from issuer.configurations import claim_digests
from issuer.configurations.eligibility import eligible_claims
from issuer.configurations.formats import format_profile
from issuer.issuance import credential, supplied_claims
from issuer.issuance.credential import CredentialContent, CredentialDraft
from issuer.models import Authority, Configuration, Delivery, IssuedCredential, Session
from issuer.registries.connectors import open_registry
from issuer.single_use import replay
from issuer.single_use.sessions import move_session, sessions_of
from issuer.status import cards
from issuer.status.indexes import allocate_indexes

MAX_DELIVERIES: Final = 5


def content_now(session: Session, *, now: datetime) -> CredentialContent:
    """What the registry says of the session's record at this moment, or said when it had it offered.

    Of a card that was withdrawn it says nothing.
    """
    try:
        cards.require_open(session)
    except cards.CardWithdrawnError as error:
        raise RequestDeniedError(error.public) from error
    if (given := supplied_claims.find_supplied(session)) is not None:
        return given
    configuration = session.configuration
    try:
        record = open_registry(configuration.registry).fetch(session.record_key)
        return CredentialContent(eligible_claims(configuration, record, now=now))
    except RegistryError as error:
        raise RequestDeniedError("The registry cannot say this of the record.", detail=error.code) from error


def deliver_credentials(
    authority: Authority,
    session: Session,
    format_: str,
    holders: Sequence[Holder],
    *,
    content: CredentialContent,
    now: datetime,
) -> CredentialResponse:
    """One credential for each holder's key.

    1. In one transaction the answer is counted, and places in status lists are allocated.
    2. The credentials are drafted and signed.
    3. In another, the session being still open, their rows are stored and its state moves on.

    Raises `RequestDeniedError` where the session has ended or was answered too often (1, 3).
    """
    configuration = session.configuration
    # 1. In one transaction the answer is counted, and places in status lists are allocated.
    with transaction.atomic():
        delivery = _count_delivery(authority, session, format_, now=now)
        slots = allocate_indexes(authority, format_profile(format_).status_list, len(holders))
    # 2. The credentials are drafted and signed.
    drafts = [
        credential.draft_credential(
            configuration, record_key=session.record_key, content=content, holder=holder, slot=slot, now=now
        )
        for holder, slot in zip(holders, slots, strict=True)
    ]
    issued = tuple(credential.secure_credential(configuration, format_, drafted) for drafted in drafts)
    # 3. In another, the session being still open, their rows are stored and its state moves on.
    with transaction.atomic():
        locked = _still_open(authority, session)  # whoever ends it waits, or was first and forbids this
        store_credentials(configuration, format_, drafts, delivery=delivery)
        if locked.state != Session.State.ACCEPTED:
            move_session(locked, Session.State.ISSUED)
    replay.purge_used(now=now)
    return CredentialResponse(issued, delivery.notification_id)


def store_credentials(
    configuration: Configuration,
    format_: str,
    drafts: Sequence[CredentialDraft],
    *,
    delivery: Delivery | None = None,
    minted: bool = False,
) -> list[IssuedCredential]:
    """The rows of credentials that were signed: everything about them but what they say."""
    return IssuedCredential.objects.bulk_create(
        [
            IssuedCredential(
                id=drafted.id,
                configuration=configuration,
                record_key=drafted.record_key,
                format=format_,
                holder_thumbprint=jwk.thumbprint(drafted.holder.key) if drafted.holder else "",
                holder_did=drafted.holder.did if drafted.holder else "",
                delivery=delivery,
                minted=minted,
                status_list=drafted.slot.status_list,
                status_index=drafted.slot.index,
                said=claim_digests.claim_digests(drafted.id, drafted.claims),
                issued_at=drafted.issued_at,
                expires_at=drafted.expires_at,
            )
            for drafted in drafts
        ]
    )


def _still_open(authority: Authority, session: Session) -> Session:
    """The session, locked, unless somebody ended it or withdrew its card in the meantime."""
    found = sessions_of(authority).filter(pk=session.pk).first()
    if found is None:
        raise RequestDeniedError("The office has withdrawn what was offered; ask there.")
    try:
        cards.lock_open_cards(found.configuration, [found.record_key])
    except cards.CardWithdrawnError as error:
        raise RequestDeniedError(error.public) from error
    return found


def _count_delivery(authority: Authority, session: Session, format_: str, *, now: datetime) -> Delivery:
    """The row of one more answer, unless this configuration was accepted or answered too often."""
    _still_open(authority, session)  # the lock under which answers are counted
    round_ = session.deliveries.filter(format=format_, created_at__gte=session.token_issued_at)
    events = list(round_.values_list("event", flat=True))
    if "credential_accepted" in events:
        raise RequestDeniedError("This credential was issued, and the wallet accepted it.")
    if len(events) >= MAX_DELIVERIES:
        raise RequestDeniedError("This credential was asked for too often.")
    return Delivery.objects.create(
        session=session, format=format_, notification_id=secrets.token_urlsafe(16), created_at=now
    )
