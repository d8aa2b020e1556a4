"""What a wallet gets for its access token: credentials, and an ear for what became of them.

Exactly once. A nonce is spent once, by a unique row. A response may still be lost on its way; so until the
wallet has told that it accepted a configuration, it may ask for it again with the same token and a new
nonce, `MAX_DELIVERIES` times in all. Each answer is recorded and carries credentials of its own; earlier
ones are not revoked, as §14.3 asks: they are bound to the wallet's keys and may have arrived. After
acceptance there is no further answer, until the wallet refreshes its token.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from common.formats.base import Holder, Secured
from common.keys import jwk
from common.oid4vci.credential import CredentialRequest, CredentialResponse
from common.oid4vci.errors import (
    CredentialRequestError,
    InvalidNotificationId,
    NotificationError,
    RequestDenied,
    UnknownConfiguration,
    UnknownIdentifier,
)
from common.oid4vci.key_proof import verify_key_proofs
from common.oid4vci.notification import Notification
from common.registries import RegistryError
from issuer.models import Authority, Configuration, Delivery, IssuedCredential, Session
from issuer.registries import connector
from issuer.services import configurations, credentials, nonces, spent
from issuer.services.credentials import Draft
from issuer.services.possession import ShownToken, session_of
from issuer.services.profiles import profile
from issuer.services.sessions import move, sessions_of
from issuer.services.status_indexes import allocate

MAX_DELIVERIES: Final = 5
BATCH_SIZE: Final = 10
OUTCOMES: Final = {
    "credential_accepted": Session.State.ACCEPTED,
    "credential_deleted": Session.State.DELETED,
    "credential_failure": Session.State.FAILED,
}


def issue_credentials(
    authority: Authority, token: ShownToken, request: CredentialRequest, *, now: datetime
) -> CredentialResponse:
    """One credential a key proof (§8).

    1 token and configuration · 2 record and claims · 3 key proofs · 4 in one transaction: their nonces are
    spent, the answer is counted, places are allocated · 5 signatures · 6 rows, and the session's state.
    """
    session = session_of(authority, sessions_of(authority, lock=False), token, now=now)  # 1
    format_, configuration = _requested_format(session, request), session.configuration
    try:  # 2
        record = connector(configuration.registry).fetch(session.record_key)
        claims = configurations.claims_of(configuration, record, now=now)
    except RegistryError as error:
        raise RequestDenied("The registry cannot say this of the record.", detail=error.code) from error
    seen: list[str] = []
    proofs = verify_key_proofs(  # 3
        request.proofs,
        audience=authority.identifier,
        check_nonce=lambda nonce: seen.append(nonces.check_nonce(authority, nonce, now=now)),
        now=now,
    )
    with transaction.atomic():  # 4
        for nonce in seen:
            nonces.spend_nonce(nonce, now=now)
        delivery = _count_delivery(authority, session, format_, now=now)
        slots = allocate(authority, profile(format_).status, len(proofs))
    drafts = [
        credentials.draft(
            configuration,
            record_key=session.record_key,
            claims=claims,
            holder=Holder(proof.key, proof.did),
            slot=slot,
            now=now,
        )
        for proof, slot in zip(proofs, slots, strict=True)
    ]
    issued = tuple(credentials.secure(configuration, format_, drafted) for drafted in drafts)  # 5
    with transaction.atomic():  # 6
        store(configuration, format_, drafts, delivery=delivery)
        locked = sessions_of(authority).get(pk=session.pk)
        if locked.state != Session.State.ACCEPTED:
            move(locked, Session.State.ISSUED)
            locked.save(update_fields=["state"])
    spent.purge(now=now)
    return CredentialResponse(issued, delivery.notification_id)


def issue_directly(
    configuration: Configuration, record_key: str, format_: str, *, holder: Holder | None, now: datetime
) -> tuple[IssuedCredential, Secured]:
    """A credential without the protocol, for a holder whose key is known, or a bearer's."""
    record = connector(configuration.registry).fetch(record_key)
    claims = configurations.claims_of(configuration, record, now=now)
    [slot] = allocate(configuration.authority, profile(format_).status, 1)
    drafted = credentials.draft(
        configuration, record_key=record_key, claims=claims, holder=holder, slot=slot, now=now
    )
    secured = credentials.secure(configuration, format_, drafted)
    [row] = store(configuration, format_, [drafted])
    return row, secured


def store(
    configuration: Configuration,
    format_: str,
    drafts: Sequence[Draft],
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
                issued_at=drafted.issued_at,
                expires_at=drafted.expires_at,
            )
            for drafted in drafts
        ]
    )


def notify(authority: Authority, token: ShownToken, notification: Notification, *, now: datetime) -> None:
    """What became of a delivery (§11); the same event again changes nothing, another one is refused."""
    with transaction.atomic():
        session = session_of(authority, sessions_of(authority), token, now=now)
        delivery = session.deliveries.filter(notification_id=notification.notification_id).first()
        if delivery is None:
            raise InvalidNotificationId("This notification_id was not given out with this token.")
        if delivery.event == notification.event:
            return
        if delivery.event:
            raise NotificationError("Another event was told of these credentials before.")
        delivery.event = notification.event
        delivery.save(update_fields=["event"])
        if session.state not in (Session.State.ACCEPTED, OUTCOMES[notification.event]):
            move(session, OUTCOMES[notification.event])
            session.save(update_fields=["state"])


def _requested_format(session: Session, request: CredentialRequest) -> str:
    """The format asked for: by identifier where the token response named any, else by configuration."""
    if session.identified:
        if request.credential_identifier is None:
            raise CredentialRequestError(
                "The token response named identifiers; one of them must be asked for."
            )
        if request.credential_identifier not in session.identified:
            raise UnknownIdentifier("This credential identifier was not given with this token.")
        return session.configuration_ids[request.credential_identifier]
    if request.configuration_id is None:
        raise UnknownIdentifier("No credential identifiers were given with this token.")
    if request.configuration_id not in session.configuration_ids:
        raise UnknownConfiguration("This credential configuration is not part of the offer.")
    return session.configuration_ids[request.configuration_id]


def _count_delivery(authority: Authority, session: Session, format_: str, *, now: datetime) -> Delivery:
    """The row of one more answer, unless this configuration was accepted or answered too often."""
    sessions_of(authority).get(pk=session.pk)  # the lock under which answers are counted
    round_ = session.deliveries.filter(format=format_, created_at__gte=session.token_issued_at)
    events = list(round_.values_list("event", flat=True))
    if "credential_accepted" in events:
        raise RequestDenied("This credential was issued, and the wallet accepted it.")
    if len(events) >= MAX_DELIVERIES:
        raise RequestDenied("This credential was asked for too often.")
    return Delivery.objects.create(
        session=session, format=format_, notification_id=secrets.token_urlsafe(16), created_at=now
    )
