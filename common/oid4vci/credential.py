"""Nonce response, credential request and response, deferred ones too (OpenID4VCI 1.0 §7 to §9)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from common.oid4vci.encryption import EncryptionTarget, create_target, parse_target
from common.oid4vci.errors import (
    CredentialRequestError,
    InvalidEncryptionParametersError,
    InvalidMessageError,
    InvalidProofError,
)
from common.oid4vci.json_members import Members

PROOF_TYPES: Final[Mapping[str, type]] = {"jwt": str, "di_vp": Mapping, "attestation": str}
Issued = str | Mapping[str, Any]  # the encoding of a credential depends on its format (§8.3)
Proof = str | Mapping[str, Any]  # of a key, by its proof type (Appendix F)


@dataclass(frozen=True, slots=True)
class CredentialRequest:
    """One configuration or one identifier, and the key proofs: one a credential wanted, or one attestation.

    `proof_type` is one of `PROOF_TYPES`; `encryption` is to whom the response shall be encrypted.
    """

    proofs: tuple[Proof, ...]
    configuration_id: str | None = None
    credential_identifier: str | None = None
    proof_type: str = "jwt"
    encryption: EncryptionTarget | None = None


@dataclass(frozen=True, slots=True)
class DeferredRequest:
    """A look whether an answer is ready that was put off (§9.1)."""

    transaction_id: str
    encryption: EncryptionTarget | None = None


@dataclass(frozen=True, slots=True)
class CredentialResponse:
    """The credentials of one request, in the order of its proofs."""

    credentials: tuple[Issued, ...]
    notification_id: str | None = None


@dataclass(frozen=True, slots=True)
class DeferredResponse:
    """An answer that is put off: ask again with `transaction_id`, not before `interval` seconds."""

    transaction_id: str
    interval: int


def create_nonce_response(c_nonce: str) -> dict[str, str]:
    """The nonce response (§7.2); it must leave with `Cache-Control: no-store`."""
    return {"c_nonce": c_nonce}


def parse_nonce_response(source: Mapping[str, Any]) -> str:
    """The `c_nonce` of a nonce response."""
    return Members(source, InvalidMessageError).text("c_nonce")


def create_credential_request(request: CredentialRequest) -> dict[str, Any]:
    """The credential request (§8.2)."""
    result: dict[str, Any] = {"proofs": {request.proof_type: list(request.proofs)}}
    if request.encryption is not None:
        result["credential_response_encryption"] = create_target(request.encryption)
    if request.credential_identifier is not None:
        result["credential_identifier"] = request.credential_identifier
    else:
        result["credential_configuration_id"] = request.configuration_id
    return result


def parse_credential_request(source: object, *, batch_size: int) -> CredentialRequest:
    """Read a credential request; proofs of one type, at most `batch_size`, none of them believed yet."""
    if not isinstance(source, Mapping):
        raise CredentialRequestError("A credential request is a JSON object.")
    members = Members(source, CredentialRequestError)
    identifier = members.optional_text("credential_identifier")
    configuration = members.optional_text("credential_configuration_id")
    if (identifier is None) == (configuration is None):
        raise CredentialRequestError("Exactly one of configuration and identifier must be named.")
    proofs = _proofs(Members(source, InvalidProofError))
    [proof_type] = tuple(proofs) if len(proofs) == 1 else ("",)
    if proof_type not in PROOF_TYPES:
        raise InvalidProofError(f"proofs must hold key proofs of one type: {' or '.join(PROOF_TYPES)}.")
    found, kind = proofs[proof_type], PROOF_TYPES[proof_type]
    if not isinstance(found, list) or not found or not all(isinstance(proof, kind) for proof in found):
        raise InvalidProofError(f"{proof_type} must be a list of key proofs that is not empty.")
    if proof_type == "attestation" and len(found) != 1:
        raise InvalidProofError("attestation holds exactly one key attestation.")
    if len(found) > batch_size:
        raise CredentialRequestError(f"At most {batch_size} key proofs are taken at once.")
    return CredentialRequest(tuple(found), configuration, identifier, proof_type, _encryption(source))


def _proofs(members: Members) -> Mapping[str, Any]:
    """Key proofs by type; drafts before 1.0 had one `proof`, which names its type beside it."""
    if "proofs" in members or "proof" not in members:
        proofs = members.object("proofs").source
        return {name: value for name, value in proofs.items() if name != "proof_type"}
    proof = members.object("proof")
    proof_type = proof.text("proof_type")
    return {proof_type: [proof.source[proof_type]]} if proof_type in proof else {}


def create_deferred_request(request: DeferredRequest) -> dict[str, Any]:
    """The deferred credential request (§9.1)."""
    result: dict[str, Any] = {"transaction_id": request.transaction_id}
    if request.encryption is not None:
        result["credential_response_encryption"] = create_target(request.encryption)
    return result


def parse_deferred_request(source: object) -> DeferredRequest:
    """Read a deferred credential request."""
    if not isinstance(source, Mapping):
        raise CredentialRequestError("A deferred credential request is a JSON object.")
    members = Members(source, CredentialRequestError)
    return DeferredRequest(members.text("transaction_id"), _encryption(source))


def create_deferred_response(response: DeferredResponse) -> dict[str, Any]:
    """The answer that is put off (§8.3, §9.2); it leaves with status 202."""
    return {"transaction_id": response.transaction_id, "interval": response.interval}


def create_credential_response(response: CredentialResponse) -> dict[str, Any]:
    """The credential response (§8.3); it must leave with `Cache-Control: no-store`."""
    result: dict[str, Any] = {
        "credentials": [{"credential": credential} for credential in response.credentials]
    }
    if response.notification_id is not None:
        result["notification_id"] = response.notification_id
    return result


def parse_credential_response(
    source: Mapping[str, Any], *, expected: int
) -> CredentialResponse | DeferredResponse:
    """Read a credential response to a request of `expected` proofs; fewer credentials may come, not more."""
    members = Members(source, InvalidMessageError)
    if "transaction_id" in members:
        interval = members.seconds("interval")
        if not interval or "credentials" in members:
            raise InvalidMessageError("The issuer wants to deliver later, and does not say when to ask.")
        return DeferredResponse(members.text("transaction_id"), math.ceil(interval))
    if "credentials" not in members and "credential" in members:  # as drafts before 1.0 had it
        members = Members(
            {**source, "credentials": [{"credential": source["credential"]}]}, InvalidMessageError
        )
    credentials = tuple(entry.source.get("credential") for entry in members.objects("credentials"))
    if not credentials or len(credentials) > expected:
        raise InvalidMessageError(f"Between one and {expected} credentials were expected.")
    if not all(isinstance(credential, str | Mapping) and credential for credential in credentials):
        raise InvalidMessageError("The issuer sent something that is not a credential.")
    return CredentialResponse(
        tuple(credential for credential in credentials if isinstance(credential, str | Mapping)),
        members.optional_text("notification_id"),
    )


def _encryption(source: Mapping[str, Any]) -> EncryptionTarget | None:
    members = Members(source, InvalidEncryptionParametersError)
    if "credential_response_encryption" not in members:
        return None
    return parse_target(members.object("credential_response_encryption"))
