"""What a wallet gets for its access token: credentials, and an ear for what became of them.

Exactly once. A nonce is spent once, by a unique row. A response may still be lost on its way; so until the
wallet has told that it accepted a configuration, it may ask for it again with the same token and a new
nonce, `delivery.MAX_DELIVERIES` times in all. Each answer is recorded and carries credentials of its own;
earlier ones are not revoked, as §14.3 asks: they are bound to the wallet's keys and may have arrived. After
acceptance there is no further answer, until the wallet refreshes its token.
"""

from datetime import datetime
from typing import Final

from django.db import transaction

from common.formats.base import Holder, Secured
from common.oid4vci.credential import CredentialRequest, CredentialResponse, DeferredResponse
from common.oid4vci.errors import (
    CredentialRequestError,
    InvalidNotificationIdError,
    NotificationError,
    UnknownConfigurationError,
    UnknownIdentifierError,
)
from common.oid4vci.notification import Notification
from issuer.configurations.eligibility import eligible_claims, followed_to, require_eligible
from issuer.configurations.formats import format_profile
from issuer.issuance import credential, deferred, supplied_claims
from issuer.issuance.credential import CredentialContent
from issuer.issuance.delivery import content_now, deliver_credentials, store_credentials
from issuer.issuance.key_proofs import proven_keys
from issuer.issuance.supersede import supersede
from issuer.models import Authority, Configuration, IssuedCredential, Session
from issuer.oauth.dpop import PresentedToken, session_of
from issuer.registries.connectors import open_registry
from issuer.single_use import nonces
from issuer.single_use.sessions import move_session, sessions_of
from issuer.status import cards
from issuer.status.indexes import allocate_indexes

OUTCOMES: Final = {
    "credential_accepted": Session.State.ACCEPTED,
    "credential_deleted": Session.State.DELETED,
    "credential_failure": Session.State.FAILED,
}


def issue_credentials(
    authority: Authority, token: PresentedToken, request: CredentialRequest, *, now: datetime
) -> CredentialResponse | DeferredResponse:
    """One credential for each key proof (§8), in this order:

    1. The access token opens a session, and the request names a configuration of its offer.
    2. The record is fetched and mapped to claims; no rule withdraws it, nor is its card suspended.
    3. The key proofs are verified, each over a nonce of this authority.
    4. Their nonces are spent; the answer is put off where an officer must look first (deferred.py).
    5. The answer is counted, places are allocated, credentials signed and their rows stored (delivery.py).

    Raises `InvalidTokenError` (1), a `CredentialRequestError` or `RequestDeniedError` (1, 2, 4, 5), and
    `InvalidProofError` or `InvalidNonceError` (3, 4).
    """
    # 1. The access token opens a session, and the request names a configuration of its offer.
    session = session_of(authority, sessions_of(authority, lock=False), token, now=now)
    format_ = _requested_format(session, request)
    # 2. The record is fetched and mapped to claims.
    content = content_now(session, now=now)
    # 3. The key proofs are verified, each over a nonce of this authority.
    seen: list[str] = []

    def check_nonce(nonce: str) -> None:
        seen.append(nonces.check_nonce(authority, nonce, now=now))

    proofs = proven_keys(authority, request, check_nonce=check_nonce, now=now)
    holders = [Holder(proof.key, proof.did) for proof in proofs]
    # 4. Their nonces are spent; the answer is put off where an officer must look first.
    with transaction.atomic():
        for nonce in seen:
            nonces.spend_nonce(nonce, now=now)
        if deferred.must_wait(session):
            return deferred.defer_request(authority, session, format_, holders, now=now)
    # 5. The answer is counted, places are allocated, credentials signed and their rows stored.
    return deliver_credentials(authority, session, format_, holders, content=content, now=now)


def issue_directly(
    configuration: Configuration, record_key: str, format_: str, *, holder: Holder | None, now: datetime
) -> tuple[IssuedCredential, Secured]:
    """A credential without the protocol, for a holder whose key is known, or a bearer's.

    1. The card is not suspended, the record is fetched, mapped to claims, and withdrawn by no rule.
    2. A place in a status list is allocated, and the credential signed.
    3. Its row is stored, unless the card or the record was withdrawn meanwhile.

    Raises `CardWithdrawnError`, `RecordNotEligibleError` or another `RegistryError` (1, 3).
    """
    # 1. The card is not suspended, the record is fetched, mapped to claims, and withdrawn by no rule.
    cards.require_not_suspended(configuration, record_key)
    record = open_registry(configuration.registry).fetch(record_key)
    seen = followed_to(configuration)
    content = CredentialContent(eligible_claims(configuration, record, now=now))
    # 2. A place in a status list is allocated, and the credential signed.
    [slot] = allocate_indexes(configuration.authority, format_profile(format_).status_list, 1)
    drafted = credential.draft_credential(
        configuration, record_key=record_key, content=content, holder=holder, slot=slot, now=now
    )
    secured = credential.secure_credential(configuration, format_, drafted)
    # 3. Its row is stored, unless the card or the record was withdrawn meanwhile.
    with transaction.atomic():
        if followed_to(configuration, lock=True) != seen:
            require_eligible(configuration, open_registry(configuration.registry).fetch(record_key), now=now)
        cards.lock_open_cards(configuration, [record_key])
        [row] = store_credentials(configuration, format_, [drafted])
    return row, secured


def record_notification(
    authority: Authority, token: PresentedToken, notification: Notification, *, now: datetime
) -> None:
    """What became of a delivery (§11); the same event again changes nothing, another one is refused.

    Raises `InvalidTokenError`, `InvalidNotificationIdError`, or `NotificationError` on a second event.
    """
    with transaction.atomic():
        session = session_of(authority, sessions_of(authority), token, now=now)
        delivery = session.deliveries.filter(notification_id=notification.notification_id).first()
        if delivery is None:
            raise InvalidNotificationIdError("This notification_id was not given out with this token.")
        if delivery.event == notification.event:
            return
        if delivery.event:
            raise NotificationError("Another event was told of these credentials before.")
        delivery.event = notification.event
        delivery.save(update_fields=["event"])
        if session.state not in (Session.State.ACCEPTED, OUTCOMES[notification.event]):
            move_session(session, OUTCOMES[notification.event])
        if notification.event == "credential_accepted":
            supersede(delivery, now=now)
            supplied_claims.forget_supplied(session)


def _requested_format(session: Session, request: CredentialRequest) -> str:
    """The format asked for: by identifier where the token response named any, else by configuration."""
    if session.identified:
        if request.credential_identifier is None:
            raise CredentialRequestError(
                "The token response named identifiers; one of them must be asked for."
            )
        if request.credential_identifier not in session.identified:
            raise UnknownIdentifierError("This credential identifier was not given with this token.")
        return session.configuration_ids[request.credential_identifier]
    if request.configuration_id is None:
        raise UnknownIdentifierError("No credential identifiers were given with this token.")
    if request.configuration_id not in session.configuration_ids:
        raise UnknownConfigurationError("This credential configuration is not part of the offer.")
    return session.configuration_ids[request.configuration_id]
