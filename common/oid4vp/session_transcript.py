"""SessionTranscript of a request (OpenID4VP B.2.6): what an mdoc's device signs to be bound to it."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from common.encoding import base64url, cbor
from common.keys import jwk
from common.oid4vp.client_id import ORIGIN
from common.oid4vp.request import AuthorizationRequest


def session_transcript(request: AuthorizationRequest) -> bytes:
    """The transcript of a request, the same on both ends: by redirect, or by a page of an origin (B.2.6).

    The key to which the answer is encrypted is part of it, so that nobody in between can put in their own.
    """
    key = request.metadata.encryption_key if request.response_mode.endswith(".jwt") else None
    if request.client_id.prefix == ORIGIN:
        origin = request.client_id.identifier
        return dc_api_transcript(origin=origin, nonce=request.nonce, encrypted_to=key)
    return redirect_transcript(
        client_id=str(request.client_id),
        nonce=request.nonce,
        response_uri=request.response_uri,
        encrypted_to=key,
    )


def redirect_transcript(
    *, client_id: str, nonce: str, response_uri: str, encrypted_to: Mapping[str, Any] | None
) -> bytes:
    """`OpenID4VPHandover` (B.2.6.1); `encrypted_to`: the verifier's JWK, None for an answer in the clear."""
    info = [client_id, nonce, _thumbprint(encrypted_to), response_uri]
    return _transcript("OpenID4VPHandover", info)


def dc_api_transcript(*, origin: str, nonce: str, encrypted_to: Mapping[str, Any] | None) -> bytes:
    """`OpenID4VPDCAPIHandover` (B.2.6.2); `origin` is the browser's word, without the prefix `origin:`."""
    return _transcript("OpenID4VPDCAPIHandover", [origin, nonce, _thumbprint(encrypted_to)])


def _transcript(name: str, info: Sequence[Any]) -> bytes:
    digest = hashlib.sha256(cbor.encode(info)).digest()
    return cbor.encode([None, None, [name, digest]])


def _thumbprint(key: Mapping[str, Any] | None) -> bytes | None:
    """The RFC 7638 thumbprint as bytes."""
    return None if key is None else base64url.decode(jwk.thumbprint(jwk.decode(key)))
