"""Verifier metadata inside a request (OpenID4VP §5.1 `client_metadata`, §11): formats, keys to encrypt to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from common.encoding import strict_json
from common.errors import SelloError
from common.keys import PublicKey, jwe, jwk
from common.oid4vp.errors import InvalidRequestError
from common.oid4vp.vp_formats import VP_FORMATS


@dataclass(frozen=True, slots=True)
class ClientMetadata:
    """What a request says of its verifier's abilities; `encryption_key` is a JWK with `kid` and `alg`."""

    vp_formats: Mapping[str, Any]
    encryption_key: Mapping[str, Any] | None = None
    encryptions: tuple[str, ...] = ("A128GCM",)
    client_name: str = ""
    source: Mapping[str, Any] = field(default_factory=dict)


def create_client_metadata(
    *, name: str, formats: Mapping[str, Any] = VP_FORMATS, encrypt_to: PublicKey | None = None, kid: str = ""
) -> dict[str, Any]:
    """The `client_metadata` of a request, with the ephemeral key `encrypt_to` named `kid`, if any."""
    metadata: dict[str, Any] = {"client_name": name, "vp_formats_supported": dict(formats)}
    if encrypt_to is not None:
        key = {**jwk.encode(encrypt_to), "kid": kid, "use": "enc", "alg": jwe.ALGORITHM}
        metadata["jwks"] = {"keys": [key]}
        metadata["encrypted_response_enc_values_supported"] = list(jwe.ENCRYPTIONS)
    return metadata


def parse_client_metadata(value: Any, *, encrypted: bool) -> ClientMetadata:
    """Read `client_metadata`; where the response is `encrypted`, a usable key must be in it (§8.3)."""
    source = {} if value is None else strict_json.without_nulls(value)
    if not isinstance(source, Mapping) or not isinstance(source.get("vp_formats_supported", {}), Mapping):
        raise InvalidRequestError("client_metadata is a JSON object that lists vp_formats_supported.")
    offered = source.get("encrypted_response_enc_values_supported", ["A128GCM"])
    if not isinstance(offered, list) or not all(isinstance(name, str) for name in offered):
        raise InvalidRequestError("encrypted_response_enc_values_supported is an array of strings.")
    encryptions = tuple(name for name in reversed(jwe.ENCRYPTIONS) if name in offered)
    key = _encryption_key(source.get("jwks"))
    if encrypted and (key is None or not encryptions):
        raise InvalidRequestError(
            "The request asks for an encrypted answer, but offers no key that is known here."
        )
    name = source.get("client_name")
    return ClientMetadata(
        vp_formats=source.get("vp_formats_supported", {}),
        encryption_key=key,
        encryptions=encryptions,
        client_name=name if isinstance(name, str) else "",
        source=source,
    )


def _encryption_key(jwks: Any) -> Mapping[str, Any] | None:
    """The first key of the set that can be used: named, meant for encryption, on P-256; others are let be."""
    keys = jwks.get("keys") if isinstance(jwks, Mapping) else None
    for key in keys if isinstance(keys, list) else []:
        if not isinstance(key, Mapping) or not isinstance(key.get("kid"), str):
            continue
        if key.get("use", "enc") != "enc" or key.get("alg") != jwe.ALGORITHM or key.get("crv") != "P-256":
            continue
        try:
            jwk.decode(key)
        except SelloError:
            continue
        return key
    return None
