"""Encrypted credential requests and responses (OpenID4VCI 1.0 §10): one JWE, compact, never compressed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from common.encoding import jcs, strict_json
from common.errors import SelloError
from common.keys import PrivateKey, PublicKey, jwe, jwk
from common.oid4vci.errors import InvalidEncryptionParametersError, InvalidMessageError
from common.oid4vci.json_members import Members

MEDIA_TYPE: Final = "application/jwt"


@dataclass(frozen=True, slots=True)
class EncryptionTarget:
    """To whom a message is encrypted, and how: a public JWK with its `alg`, and perhaps a `kid`."""

    recipient: Mapping[str, Any] = field(repr=False)
    encryption: str


@dataclass(frozen=True, slots=True)
class RequestEncryption:
    """What an issuer says of encrypted requests in its metadata (§12.2.4)."""

    keys: tuple[Mapping[str, Any], ...]
    encryptions: tuple[str, ...] = jwe.ENCRYPTIONS
    required: bool = False


@dataclass(frozen=True, slots=True)
class ResponseEncryption:
    """What an issuer says of encrypted responses in its metadata (§12.2.4)."""

    algorithms: tuple[str, ...] = (jwe.ALGORITHM,)
    encryptions: tuple[str, ...] = jwe.ENCRYPTIONS
    required: bool = False


def public_jwk(key: PublicKey, *, kid: str | None = None) -> dict[str, Any]:
    """A key for others to encrypt to."""
    named = {"kid": kid} if kid is not None else {}
    return {**jwk.encode(key), "use": "enc", "alg": jwe.ALGORITHM, **named}


def encrypt_message(document: Mapping[str, Any], *, to: EncryptionTarget) -> str:
    """A message as JWE."""
    return jwe.encrypt(jcs.canonicalize(document), recipient=to.recipient, encryption=to.encryption)


def decrypt_message(compact: str, *, key: PrivateKey, error: type[SelloError]) -> dict[str, Any]:
    """The message in a JWE; whatever is wrong with it is one and the same error."""
    try:
        return strict_json.loads_object(jwe.decrypt(compact.strip(), key=key))
    except SelloError as refused:
        raise error("This message cannot be decrypted.", detail=refused.public) from refused


def create_target(target: EncryptionTarget) -> dict[str, Any]:
    """`credential_response_encryption` of a request (§8.2)."""
    return {"jwk": dict(target.recipient), "enc": target.encryption}


def parse_target(members: Members) -> EncryptionTarget:
    """Read `credential_response_encryption`: a public key for ECDH-ES on P-256, and no compression."""
    source = members.source
    if "zip" in source:
        raise InvalidEncryptionParametersError("Responses are not compressed.")
    if source.get("enc") not in jwe.ENCRYPTIONS:
        raise InvalidEncryptionParametersError(f"enc must be {' or '.join(jwe.ENCRYPTIONS)}.")
    return EncryptionTarget(
        _recipient(source.get("jwk"), InvalidEncryptionParametersError), str(source["enc"])
    )


def choose_request_target(offered: RequestEncryption) -> EncryptionTarget:
    """The first of an issuer's keys that can be encrypted to here, with the strongest content encryption."""
    chosen = choose_encryption(offered.encryptions)
    for key in offered.keys:
        try:
            return EncryptionTarget(_recipient(key, InvalidMessageError), chosen)
        except InvalidMessageError:
            continue
    raise InvalidMessageError("The issuer names no key for encryption that can be used here.")


def choose_encryption(offered: Sequence[str]) -> str:
    """The strongest content encryption among those that are offered (HAIP 1.0 §5)."""
    for encryption in reversed(jwe.ENCRYPTIONS):
        if encryption in offered:
            return encryption
    raise InvalidMessageError("The issuer encrypts in no way that is known here.")


def create_request_encryption(encryption: RequestEncryption) -> dict[str, Any]:
    """`credential_request_encryption` of issuer metadata."""
    return {
        "jwks": {"keys": [dict(key) for key in encryption.keys]},
        "enc_values_supported": list(encryption.encryptions),
        "encryption_required": encryption.required,
    }


def parse_request_encryption(members: Members) -> RequestEncryption:
    """Read `credential_request_encryption`; which key will do is seen when one is chosen."""
    keys = members.object("jwks").objects("keys")
    if not keys:
        raise members.error("jwks holds no key.")
    return RequestEncryption(
        keys=tuple(key.source for key in keys),
        encryptions=members.texts("enc_values_supported"),
        required=members.source.get("encryption_required") is True,
    )


def create_response_encryption(encryption: ResponseEncryption) -> dict[str, Any]:
    """`credential_response_encryption` of issuer metadata."""
    return {
        "alg_values_supported": list(encryption.algorithms),
        "enc_values_supported": list(encryption.encryptions),
        "encryption_required": encryption.required,
    }


def parse_response_encryption(members: Members) -> ResponseEncryption:
    """Read `credential_response_encryption` of issuer metadata."""
    return ResponseEncryption(
        algorithms=members.texts("alg_values_supported"),
        encryptions=members.texts("enc_values_supported"),
        required=members.source.get("encryption_required") is True,
    )


def _recipient(source: object, error: type[SelloError]) -> Mapping[str, Any]:
    if not isinstance(source, Mapping) or source.get("alg") != jwe.ALGORITHM:
        raise error(f"The key for encryption must have alg {jwe.ALGORITHM}.")
    try:
        key = jwk.decode(source)
    except SelloError as refused:
        raise error("The key for encryption is none.", detail=refused.public) from refused
    if key.curve != "P-256":
        raise error("The key for encryption must be on P-256.")
    return source
