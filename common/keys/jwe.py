"""JWE compact serialisation (RFC 7516) as OpenID4VP uses it: ECDH-ES on P-256, AES-GCM, never compressed."""

import json
from collections.abc import Mapping
from typing import Any, Final

from jwcrypto import jwe, jwk
from jwcrypto.common import JWException

from common.encoding import base64url, strict_json
from common.errors import MalformedInputError
from common.keys import jwk as public_jwk
from common.keys.private_key import PrivateKey

ALGORITHM: Final = "ECDH-ES"
ENCRYPTIONS: Final = ("A128GCM", "A256GCM")  # both required of verifiers by HAIP 1.0 §5
MAX_LENGTH: Final = 2_000_000


def encrypt(
    payload: bytes, *, recipient: Mapping[str, Any], encryption: str = "A256GCM", apu: str = "", apv: str = ""
) -> str:
    """The compact JWE of `payload` for the public JWK `recipient`; its `kid` travels in the header."""
    if encryption not in ENCRYPTIONS:
        raise MalformedInputError(f"Content is encrypted with {' or '.join(ENCRYPTIONS)}.")
    header = {"alg": ALGORITHM, "enc": encryption}
    header |= {name: value for name, value in (("apu", apu), ("apv", apv)) if value}
    if isinstance(recipient.get("kid"), str):
        header["kid"] = recipient["kid"]
    public = public_jwk.encode(public_jwk.decode(recipient))
    token = jwe.JWE(payload, json.dumps(header), algs=[ALGORITHM, *ENCRYPTIONS])
    token.add_recipient(jwk.JWK(**public))
    return str(token.serialize(compact=True))


def header(compact: str) -> dict[str, Any]:
    """The unprotected reading of a JWE's header, to find the key by `kid`; `zip` is refused here."""
    if not isinstance(compact, str) or len(compact) > MAX_LENGTH or compact.count(".") != 4:
        raise MalformedInputError("This is not a compact JWE.")
    value = strict_json.loads_object(base64url.decode(compact.split(".", maxsplit=1)[0]))
    if "zip" in value or "crit" in value:
        raise MalformedInputError("A compressed or critical JWE is not accepted.")
    if value.get("alg") != ALGORITHM or value.get("enc") not in ENCRYPTIONS:
        raise MalformedInputError(f"This JWE is not {ALGORITHM} with {' or '.join(ENCRYPTIONS)}.")
    return value


def decrypt(compact: str, *, key: PrivateKey) -> bytes:
    """The plaintext of a compact JWE made for `key`; anything else is one and the same error."""
    header(compact)
    private = {**public_jwk.encode(key.public_key), "d": base64url.encode(key.secret)}
    token = jwe.JWE(algs=[ALGORITHM, *ENCRYPTIONS])
    try:
        token.deserialize(compact, jwk.JWK(**private))
    except (JWException, ValueError, TypeError) as error:
        raise MalformedInputError("This JWE could not be decrypted.", detail=type(error).__name__) from error
    return bytes(token.payload)
