"""Fetching what was offered: a new key and its proof for each credential, and the check of what arrived.

1 a request a configuration, each with a key of its own · 2 the answers, or the word that they come later ·
3 every credential is verified: format and signature, issuer, type, holder, status · 4 all of it becomes
cards, or nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from common.adapters.documents.sources import check_credential_status, sources
from common.did import did_key
from common.errors import SelloError
from common.formats import FORMATS
from common.formats.base import ExpiredError, Secured, VerifiedCredential
from common.keys import PrivateKey
from common.keys.private_key import generate
from common.oid4vci.credential import CredentialRequest, CredentialResponse, DeferredResponse
from common.oid4vci.errors import IssuerResponseError
from common.oid4vci.metadata import ConfigurationMetadata
from wallet.credentials import stored_credentials, type_metadata
from wallet.credentials.stored_credentials import Copy, HeldCard, Label, Receipt
from wallet.issuance import issuer_binding, key_proofs
from wallet.issuance.credential_offer import Offer, digest, dump_offer
from wallet.issuance.key_proofs import Way
from wallet.issuer_client import requests
from wallet.issuer_client.requests import name_of


class NotForThisWallet(SelloError):
    """An offer that this wallet cannot follow."""

    code = "invalid_request"


class DoesNotVerify(SelloError):
    """What arrived is not what it should be; it was not kept."""

    code = "invalid_credential"
    status = 422

    def __init__(self, reason: str, *, detail: str = "") -> None:
        super().__init__(
            f"What arrived was not kept, because it could not be trusted. {reason}", detail=detail
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What an office answered to one request, and the key that was shown for it."""

    configuration_id: str
    response: CredentialResponse | DeferredResponse
    key: PrivateKey = field(repr=False)


def ask(offer: Offer, *, now: datetime) -> tuple[Answer, ...]:
    """One request for each configuration that was offered and can be kept."""
    return tuple(_ask(offer, configuration, now) for configuration in offer.issuer.configurations.values())


def put_off(answers: Sequence[Answer]) -> bool:
    """Whether the office has to look at something first."""
    return any(isinstance(answer.response, DeferredResponse) for answer in answers)


def check(offer: Offer, answers: Sequence[Answer], *, now: datetime) -> tuple[HeldCard, ...]:
    """Every card of the offer, each copy verified; whatever fails, the issuer hears of it."""
    by_name = {answer.configuration_id: answer for answer in answers}
    new = []
    try:
        for title, configurations in offer.groups.items():
            found = [(configuration, by_name[configuration.id]) for configuration in configurations]
            copies = tuple(
                copy for configuration, answer in found for copy in _copies(offer, configuration, answer, now)
            )
            named = any(name_of(configuration.display) for configuration in configurations)
            new.append(
                HeldCard(
                    id=uuid4(),
                    title=title if named else type_metadata.title(copies) or title,
                    issuer=offer.offer.credential_issuer,
                    issuer_name=offer.issuer_name,
                    offer=digest(offer.offer),
                    accepted_at=now,
                    copies=copies,
                    receipts=_receipts(offer, [answer for _, answer in found]),
                    source=_source(offer, configurations),
                    band=type_metadata.band(copies),
                )
            )
    except SelloError:
        for receipt in _receipts(offer, answers):
            requests.tell(
                receipt.endpoint,
                receipt.notification_id,
                "credential_failure",
                access_token=receipt.token,
                now=now,
            )
        raise
    return tuple(new)


def _source(offer: Offer, configurations: Sequence[ConfigurationMetadata]) -> dict[str, Any] | None:
    """What is needed to fetch one card of the offer anew."""
    if offer.token is None or offer.token.refresh_token is None:
        return None
    only = replace(offer.issuer, configurations={each.id: each for each in configurations})
    return dump_offer(replace(offer, issuer=only))


def _ask(offer: Offer, configuration: ConfigurationMetadata, now: datetime) -> Answer:
    assert offer.token is not None
    way = _required_way(configuration)
    key = generate(way.curve)
    identifiers = offer.token.identifiers.get(configuration.id, ())
    nonce = requests.ask_nonce(offer.issuer.nonce_endpoint)
    proof = key_proofs.prove(way, key, audience=offer.offer.credential_issuer, nonce=nonce, now=now)
    request = CredentialRequest(
        (proof,),
        configuration_id=None if identifiers else configuration.id,
        credential_identifier=identifiers[0] if identifiers else None,
        proof_type=way.proof_type,
    )
    try:
        response = requests.ask_credential(offer.issuer, request, access_token=offer.token, now=now)
    except IssuerResponseError as error:
        raise NotForThisWallet(
            "The office did not hand out what it had offered. Ask there what is missing.",
            detail=f"{error.code} {error.detail}",
        ) from error
    return Answer(configuration.id, response, key)


def _receipts(offer: Offer, answers: Sequence[Answer]) -> tuple[Receipt, ...]:
    endpoint, token = offer.issuer.notification_endpoint, offer.token
    return tuple(
        Receipt(endpoint, answer.response.notification_id, token)
        for answer in answers
        if endpoint is not None
        and token is not None
        and isinstance(answer.response, CredentialResponse)
        and answer.response.notification_id is not None
    )


def _copies(
    offer: Offer, configuration: ConfigurationMetadata, answer: Answer, now: datetime
) -> tuple[Copy, ...]:
    assert isinstance(answer.response, CredentialResponse)
    issuer, key = offer.offer.credential_issuer, answer.key
    return tuple(
        _copy(secured, verify(secured, configuration, issuer=issuer, key=key, now=now), configuration, key)
        for secured in answer.response.credentials
    )


def _copy(
    secured: Secured, verified: VerifiedCredential, configuration: ConfigurationMetadata, key: PrivateKey
) -> Copy:
    """What arrived, as it is kept: with the issuer's words for its claims, where it has none, the type's."""
    try:
        described = type_metadata.described(verified)
    except SelloError as error:
        raise DoesNotVerify("It is not as its type says.", detail=f"{error.public} {error.detail}") from error
    labels = _labels(configuration)
    known = {label.path for label in labels}
    return stored_credentials.copy_of(
        verified,
        id=str(uuid4()),
        secured=secured,
        labels=(*labels, *(label for label in type_metadata.labels(described) if label.path not in known)),
        key=key,
        ancestors=described.ancestors if described else (),
    )


def verify(
    secured: Secured, configuration: ConfigurationMetadata, *, issuer: str, key: PrivateKey, now: datetime
) -> VerifiedCredential:
    """What arrived, once it is what was offered, by whom it was offered, for this key, and in force."""
    try:
        verified = FORMATS[configuration.format].verify_credential(secured, sources=sources(), now=now)
    except ExpiredError as error:
        raise DoesNotVerify("It has already run out.") from error
    except SelloError as error:
        raise DoesNotVerify("Its seal does not hold.", detail=f"{error.public} {error.detail}") from error
    if not issuer_binding.seals_for(verified, issuer, now=now):
        raise DoesNotVerify("It was sealed by somebody other than the office that offered it.")
    one_name = configuration.vct or configuration.doctype
    wanted = {one_name} if one_name else set(configuration.types)
    named = verified.document.get("type", ())
    if not wanted <= {*verified.types, *([named] if isinstance(named, str) else named)}:
        raise DoesNotVerify("It is of another kind than what was offered.")
    did = did_key.encode(key.public_key)
    if verified.holder_key != key.public_key and (verified.holder_key or verified.subject != did):
        raise DoesNotVerify("It was made out to another holder.")
    if check_credential_status(verified, now=now).status in ("revoked", "suspended"):
        raise DoesNotVerify("It is already withdrawn.")
    return verified


def _required_way(configuration: ConfigurationMetadata) -> Way:
    found = key_proofs.way(configuration)
    if found is None:
        raise NotForThisWallet("What is offered has a form that this wallet cannot keep.")
    return found


def _labels(configuration: ConfigurationMetadata) -> tuple[Label, ...]:
    return tuple(
        Label(claim.path, name) for claim in configuration.claims if (name := name_of(claim.display))
    )
