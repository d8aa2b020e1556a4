"""What an issuer handed out: verified, and made into cards, all of it or nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from common.adapters.documents.sources import check_credential_status, sources
from common.did import did_key
from common.errors import SelloError
from common.formats import FORMATS
from common.formats.base import ExpiredError, Secured, VerifiedCredential
from common.keys import PrivateKey
from common.oid4vci.credential import CredentialResponse
from common.oid4vci.metadata import ConfigurationMetadata
from wallet.credentials import stored_credentials, type_metadata
from wallet.credentials.stored_credentials import (
    ClaimLabel,
    HeldCard,
    NotificationReceipt,
    StoredCredential,
)
from wallet.issuance import issuer_binding
from wallet.issuance.credential_offer import PendingOffer, dump_offer, offer_digest
from wallet.issuance.credential_request import CredentialAnswer
from wallet.issuer_client import credential_endpoint
from wallet.issuer_client.issuer_metadata import display_name


class ReceivedCredentialError(SelloError):
    """What arrived is not what it should be; it was not kept."""

    code = "invalid_credential"
    status = 422

    def __init__(self, reason: str, *, detail: str = "") -> None:
        super().__init__(
            f"What arrived was not kept, because it could not be trusted. {reason}", detail=detail
        )


def cards_from(
    offer: PendingOffer, answers: Sequence[CredentialAnswer], *, now: datetime
) -> tuple[HeldCard, ...]:
    """Every card of the offer, each copy verified; whatever fails, the issuer hears of it."""
    by_name = {answer.configuration_id: answer for answer in answers}
    new = []
    try:
        for title, configurations in offer.groups.items():
            found = [(configuration, by_name[configuration.id]) for configuration in configurations]
            copies = tuple(
                copy
                for configuration, answer in found
                for copy in _credentials(offer, configuration, answer, now)
            )
            named = any(display_name(configuration.display) for configuration in configurations)
            new.append(
                HeldCard(
                    id=uuid4(),
                    title=title if named else type_metadata.type_title(copies) or title,
                    issuer=offer.offer.credential_issuer,
                    issuer_name=offer.issuer_name,
                    offer=offer_digest(offer.offer),
                    accepted_at=now,
                    copies=copies,
                    receipts=_receipts(offer, [answer for _, answer in found]),
                    source=_source(offer, configurations),
                    band=type_metadata.card_band(copies),
                )
            )
    except SelloError:
        for receipt in _receipts(offer, answers):
            credential_endpoint.notify_issuer(
                receipt.endpoint,
                receipt.notification_id,
                "credential_failure",
                access_token=receipt.token,
                now=now,
            )
        raise
    return tuple(new)


def _source(offer: PendingOffer, configurations: Sequence[ConfigurationMetadata]) -> dict[str, Any] | None:
    """What is needed to fetch one card of the offer anew."""
    if offer.token is None or offer.token.refresh_token is None:
        return None
    only = replace(offer.issuer, configurations={each.id: each for each in configurations})
    return dump_offer(replace(offer, issuer=only))


def _receipts(offer: PendingOffer, answers: Sequence[CredentialAnswer]) -> tuple[NotificationReceipt, ...]:
    endpoint, token = offer.issuer.notification_endpoint, offer.token
    return tuple(
        NotificationReceipt(endpoint, answer.response.notification_id, token)
        for answer in answers
        if endpoint is not None
        and token is not None
        and isinstance(answer.response, CredentialResponse)
        and answer.response.notification_id is not None
    )


def _credentials(
    offer: PendingOffer, configuration: ConfigurationMetadata, answer: CredentialAnswer, now: datetime
) -> tuple[StoredCredential, ...]:
    assert isinstance(answer.response, CredentialResponse)
    issuer, key = offer.offer.credential_issuer, answer.key
    return tuple(
        _credential(
            secured,
            verify_received(secured, configuration, issuer=issuer, key=key, now=now),
            configuration,
            key,
        )
        for secured in answer.response.credentials
    )


def _credential(
    secured: Secured, verified: VerifiedCredential, configuration: ConfigurationMetadata, key: PrivateKey
) -> StoredCredential:
    """What arrived, as it is kept: with the issuer's words for its claims, where it has none, the type's."""
    try:
        described = type_metadata.type_of_credential(verified)
    except SelloError as error:
        raise ReceivedCredentialError(
            "It is not as its type says.", detail=f"{error.public} {error.detail}"
        ) from error
    labels = _labels(configuration)
    known = {label.path for label in labels}
    return stored_credentials.stored_credential(
        verified,
        id=str(uuid4()),
        secured=secured,
        labels=(
            *labels,
            *(label for label in type_metadata.type_labels(described) if label.path not in known),
        ),
        key=key,
        ancestors=described.ancestors if described else (),
    )


def verify_received(
    secured: Secured, configuration: ConfigurationMetadata, *, issuer: str, key: PrivateKey, now: datetime
) -> VerifiedCredential:
    """What arrived, once it is what was offered, by whom it was offered, for this key, and in force."""
    try:
        verified = FORMATS[configuration.format].verify_credential(secured, sources=sources(), now=now)
    except ExpiredError as error:
        raise ReceivedCredentialError("It has already run out.") from error
    except SelloError as error:
        raise ReceivedCredentialError(
            "Its seal does not hold.", detail=f"{error.public} {error.detail}"
        ) from error
    if not issuer_binding.is_bound_to_issuer(verified, issuer, now=now):
        raise ReceivedCredentialError("It was sealed by somebody other than the office that offered it.")
    one_name = configuration.vct or configuration.doctype
    wanted = {one_name} if one_name else set(configuration.types)
    named = verified.document.get("type", ())
    if not wanted <= {*verified.types, *([named] if isinstance(named, str) else named)}:
        raise ReceivedCredentialError("It is of another kind than what was offered.")
    did = did_key.encode(key.public_key)
    if verified.holder_key != key.public_key and (verified.holder_key or verified.subject != did):
        raise ReceivedCredentialError("It was made out to another holder.")
    if check_credential_status(verified, now=now).status in ("revoked", "suspended"):
        raise ReceivedCredentialError("It is already withdrawn.")
    return verified


def _labels(configuration: ConfigurationMetadata) -> tuple[ClaimLabel, ...]:
    return tuple(
        ClaimLabel(claim.path, name)
        for claim in configuration.claims
        if (name := display_name(claim.display))
    )
