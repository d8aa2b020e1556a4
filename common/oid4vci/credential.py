"""Nonce response, credential request and credential response (OpenID4VCI 1.0 §7 and §8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.oid4vci.errors import (
    CredentialRequestError,
    InvalidEncryptionParameters,
    InvalidProof,
    MessageInvalid,
)
from common.oid4vci.members import Members

Issued = str | Mapping[str, Any]  # the encoding of a credential depends on its format (§8.3)


@dataclass(frozen=True, slots=True)
class CredentialRequest:
    """One configuration or one identifier, and the key proofs, one a credential wanted."""

    proofs: tuple[str, ...]
    configuration_id: str | None = None
    credential_identifier: str | None = None


@dataclass(frozen=True, slots=True)
class CredentialResponse:
    """The credentials of one request, in the order of its proofs."""

    credentials: tuple[Issued, ...]
    notification_id: str | None = None


def create_nonce_response(c_nonce: str) -> dict[str, str]:
    """The nonce response (§7.2); it must leave with `Cache-Control: no-store`."""
    return {"c_nonce": c_nonce}


def parse_nonce_response(source: Mapping[str, Any]) -> str:
    """The `c_nonce` of a nonce response."""
    return Members(source, MessageInvalid).text("c_nonce")


def create_credential_request(request: CredentialRequest) -> dict[str, Any]:
    """The credential request (§8.2)."""
    result: dict[str, Any] = {"proofs": {"jwt": list(request.proofs)}}
    if request.credential_identifier is not None:
        result["credential_identifier"] = request.credential_identifier
    else:
        result["credential_configuration_id"] = request.configuration_id
    return result


def parse_credential_request(source: object, *, batch_size: int) -> CredentialRequest:
    """Read a credential request; proofs of type `jwt`, at most `batch_size`, none of them believed yet."""
    if not isinstance(source, Mapping):
        raise CredentialRequestError("A credential request is a JSON object.")
    members = Members(source, CredentialRequestError)
    identifier = members.optional_text("credential_identifier")
    configuration = members.optional_text("credential_configuration_id")
    if (identifier is None) == (configuration is None):
        raise CredentialRequestError("Exactly one of configuration and identifier must be named.")
    if "credential_response_encryption" in source:
        raise InvalidEncryptionParameters("This issuer does not encrypt responses.")
    proofs = Members(source, InvalidProof).object("proofs")
    if tuple(proofs.source) != ("jwt",):
        raise InvalidProof("proofs must hold key proofs of the type jwt, and of no other.")
    tokens = proofs.source["jwt"]
    if not isinstance(tokens, list) or not tokens or not all(isinstance(token, str) for token in tokens):
        raise InvalidProof("jwt must be a list of key proofs that is not empty.")
    if len(tokens) > batch_size:
        raise CredentialRequestError(f"At most {batch_size} key proofs are taken at once.")
    return CredentialRequest(tuple(tokens), configuration, identifier)


def create_credential_response(response: CredentialResponse) -> dict[str, Any]:
    """The credential response (§8.3); it must leave with `Cache-Control: no-store`."""
    result: dict[str, Any] = {
        "credentials": [{"credential": credential} for credential in response.credentials]
    }
    if response.notification_id is not None:
        result["notification_id"] = response.notification_id
    return result


def parse_credential_response(source: Mapping[str, Any], *, expected: int) -> CredentialResponse:
    """Read a credential response to a request of `expected` proofs; fewer credentials may come, not more."""
    if "transaction_id" in source:
        raise MessageInvalid("The issuer wants to deliver later, which this wallet does not wait for.")
    members = Members(source, MessageInvalid)
    credentials = tuple(entry.source.get("credential") for entry in members.objects("credentials"))
    if not credentials or len(credentials) > expected:
        raise MessageInvalid(f"Between one and {expected} credentials were expected.")
    if not all(isinstance(credential, str | Mapping) and credential for credential in credentials):
        raise MessageInvalid("The issuer sent something that is not a credential.")
    return CredentialResponse(
        tuple(credential for credential in credentials if isinstance(credential, str | Mapping)),
        members.optional_text("notification_id"),
    )
