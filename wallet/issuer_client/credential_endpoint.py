"""Requests to a credential issuer's own endpoints: nonce, credential, deferred credential, notification.

OpenID4VCI 1.0 §7 to §11. A refusal is raised as `IssuerResponseError`, silence as `IssuerUnreachableError`.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from common.adapters.network import http
from common.encoding import jcs
from common.errors import SelloError
from common.keys import PrivateKey
from common.keys.private_key import generate
from common.oid4vci.credential import (
    CredentialRequest,
    CredentialResponse,
    DeferredRequest,
    DeferredResponse,
    create_credential_request,
    create_deferred_request,
    parse_credential_response,
    parse_nonce_response,
)
from common.oid4vci.encryption import (
    MEDIA_TYPE,
    EncryptionTarget,
    choose_encryption,
    choose_request_target,
    decrypt_message,
    encrypt_message,
    public_jwk,
)
from common.oid4vci.errors import InvalidMessageError
from common.oid4vci.metadata import IssuerMetadata
from common.oid4vci.notification import Event, Notification, create_notification
from wallet.issuer_client.access_tokens import GrantedToken
from wallet.issuer_client.oauth_client import post_with_proof
from wallet.issuer_client.transport import read_answer, send_request


def request_nonce(endpoint: str | None) -> str | None:
    """A fresh `c_nonce` (§7), or None where the issuer wants none."""
    if endpoint is None:
        return None
    return parse_nonce_response(
        read_answer(send_request("POST", endpoint, headers={"Accept": "application/json"}, body=b""))
    )


def request_credential(
    issuer: IssuerMetadata, request: CredentialRequest, *, access_token: GrantedToken, now: datetime
) -> CredentialResponse | DeferredResponse:
    """One credential request (§8), encrypted where the issuer wants it so."""
    secret = _answer_key(issuer)
    document = create_credential_request(replace(request, encryption=_target(issuer, secret)))
    answer = _request_encrypted(issuer, issuer.credential_endpoint, document, secret, access_token, now)
    return parse_credential_response(answer, expected=len(request.proofs))


def request_deferred_credential(
    issuer: IssuerMetadata, transaction_id: str, *, access_token: GrantedToken, now: datetime
) -> CredentialResponse | DeferredResponse:
    """Whether an answer that was put off is ready (§9)."""
    if issuer.deferred_endpoint is None:
        raise InvalidMessageError("The issuer put its answer off and does not say where it will be.")
    secret = _answer_key(issuer)
    document = create_deferred_request(DeferredRequest(transaction_id, _target(issuer, secret)))
    answer = _request_encrypted(issuer, issuer.deferred_endpoint, document, secret, access_token, now)
    return parse_credential_response(answer, expected=1)


def notify_issuer(
    endpoint: str, notification_id: str, event: Event, *, access_token: GrantedToken, now: datetime
) -> None:
    """Notify the issuer (§11); its answer changes nothing here, so that a silent issuer does no harm."""
    message = create_notification(Notification(notification_id, event))
    try:
        _post(endpoint, jcs.canonicalize(message), "application/json", access_token, now)
    except SelloError:
        return


def _answer_key(issuer: IssuerMetadata) -> PrivateKey | None:
    """A new key to which the answer shall be encrypted, where the issuer gives none in the clear."""
    wanted = issuer.response_encryption
    return generate("P-256") if wanted is not None and wanted.required else None


def _target(issuer: IssuerMetadata, secret: PrivateKey | None) -> EncryptionTarget | None:
    if secret is None or issuer.response_encryption is None:
        return None
    encryption = choose_encryption(issuer.response_encryption.encryptions)
    return EncryptionTarget(public_jwk(secret.public_key), encryption)


def _request_encrypted(
    issuer: IssuerMetadata,
    endpoint: str,
    document: Mapping[str, Any],
    secret: PrivateKey | None,
    access_token: GrantedToken,
    now: datetime,
) -> dict[str, Any]:
    """A request, encrypted where it must be, and above all where it names a key for the answer (§8.2)."""
    offered = issuer.request_encryption
    body, content_type = jcs.canonicalize(document), "application/json"
    if secret is not None or (offered is not None and offered.required):
        if offered is None:
            raise InvalidMessageError("The issuer encrypts its answers and cannot be asked for it.")
        sealed = encrypt_message(document, to=choose_request_target(offered))
        body, content_type = sealed.encode(), MEDIA_TYPE
    reply = _post(endpoint, body, content_type, access_token, now)
    if reply.status in (200, 202) and secret is not None:
        if reply.content_type != MEDIA_TYPE:
            raise InvalidMessageError("The issuer sent in the clear what it had to encrypt.")
        return decrypt_message(reply.body.decode("ascii", "replace"), key=secret, error=InvalidMessageError)
    return read_answer(reply)


def _post(
    url: str, body: bytes, content_type: str, access_token: GrantedToken, now: datetime
) -> http.HttpReply:
    """A request with an access token, shown as it was given: by a bearer, or with its key."""
    key, value = access_token.key, access_token.value
    headers = {"Content-Type": content_type, "Accept": f"application/json, {MEDIA_TYPE}"}
    headers["Authorization"] = f"DPoP {value}" if key else f"Bearer {value}"
    return post_with_proof(url, headers, body, key=key, access_token=value, now=now)
