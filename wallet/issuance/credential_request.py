"""Credential requests for what was offered: a new key and its proof for each (OpenID4VCI 1.0 §8)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from common.errors import SelloError
from common.keys import PrivateKey
from common.keys.private_key import generate
from common.oid4vci.credential import CredentialRequest, CredentialResponse, DeferredResponse
from common.oid4vci.errors import IssuerResponseError
from common.oid4vci.metadata import ConfigurationMetadata
from wallet.issuance import key_proofs
from wallet.issuance.credential_offer import PendingOffer
from wallet.issuance.key_proofs import ProofMethod
from wallet.issuer_client import credential_endpoint


class UnsuitableOfferError(SelloError):
    """An offer that this wallet cannot follow."""

    code = "invalid_request"


@dataclass(frozen=True, slots=True)
class CredentialAnswer:
    """What an office answered to one request, and the key that was shown for it."""

    configuration_id: str
    response: CredentialResponse | DeferredResponse
    key: PrivateKey = field(repr=False)


def request_credentials(offer: PendingOffer, *, now: datetime) -> tuple[CredentialAnswer, ...]:
    """One request for each configuration that was offered and can be kept."""
    return tuple(_ask(offer, configuration, now) for configuration in offer.issuer.configurations.values())


def is_deferred(answers: Sequence[CredentialAnswer]) -> bool:
    """Whether the office has to look at something first."""
    return any(isinstance(answer.response, DeferredResponse) for answer in answers)


def _ask(offer: PendingOffer, configuration: ConfigurationMetadata, now: datetime) -> CredentialAnswer:
    assert offer.token is not None
    way = _required_method(configuration)
    key = generate(way.curve)
    identifiers = offer.token.identifiers.get(configuration.id, ())
    nonce = credential_endpoint.request_nonce(offer.issuer.nonce_endpoint)
    proof = key_proofs.prove_key(way, key, audience=offer.offer.credential_issuer, nonce=nonce, now=now)
    request = CredentialRequest(
        (proof,),
        configuration_id=None if identifiers else configuration.id,
        credential_identifier=identifiers[0] if identifiers else None,
        proof_type=way.proof_type,
    )
    try:
        response = credential_endpoint.request_credential(
            offer.issuer, request, access_token=offer.token, now=now
        )
    except IssuerResponseError as error:
        raise UnsuitableOfferError(
            "The office did not hand out what it had offered. Ask there what is missing.",
            detail=f"{error.code} {error.detail}",
        ) from error
    return CredentialAnswer(configuration.id, response, key)


def _required_method(configuration: ConfigurationMetadata) -> ProofMethod:
    found = key_proofs.choose_proof_method(configuration)
    if found is None:
        raise UnsuitableOfferError("What is offered has a form that this wallet cannot keep.")
    return found
