"""The authority's key for encrypted requests, and what it says of encryption (OpenID4VCI 1.0 §10).

The key is derived from `SECRET_KEY`, so that it needs no row and every process knows it; it
changes when `SECRET_KEY` does, and wallets read it anew from the metadata.
"""

from functools import lru_cache

from common.errors import InvalidKeyError
from common.keys import PrivateKey, jwe, jwk
from common.oid4vci.encryption import (
    RequestEncryption,
    ResponseEncryption,
    decrypt_message,
    public_jwk,
)
from common.oid4vci.errors import InvalidEncryptionParametersError
from issuer.models import Authority
from issuer.single_use import replay


def request_encryption(authority: Authority) -> RequestEncryption:
    """What the metadata say of requests."""
    key = _key(authority.pk)
    name = jwk.thumbprint(key.public_key)
    return RequestEncryption(
        keys=(public_jwk(key.public_key, kid=name),), required=authority.requires_encryption
    )


def response_encryption(authority: Authority) -> ResponseEncryption:
    """What the metadata say of responses."""
    return ResponseEncryption(required=authority.requires_encryption)


def open_request(authority: Authority, compact: str) -> dict[str, object]:
    """The request in a JWE that was made for this authority; its `kid` names that key (§10)."""
    key = _key(authority.pk)
    decrypted = decrypt_message(compact, key=key, error=InvalidEncryptionParametersError)
    if jwe.header(compact.strip()).get("kid") != jwk.thumbprint(key.public_key):
        raise InvalidEncryptionParametersError("The request is not encrypted to the key of our metadata.")
    return decrypted


@lru_cache(maxsize=256)
def _key(authority: int) -> PrivateKey:
    for attempt in range(4):  # one number in four billion is no key
        try:
            return PrivateKey("P-256", replay.keyed_secret("request encryption", f"{authority} {attempt}"))
        except InvalidKeyError:
            continue
    raise InvalidKeyError("No key for encryption could be made.", status=500)
