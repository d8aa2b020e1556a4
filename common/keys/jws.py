"""JWS compact serialisation (RFC 7515): made by a `Signer`, checked with the key's own algorithm.

The algorithm follows from the key, never from the header: `none`, HMAC under a public key and
ES256 under an Ed25519 key all fail here, in the one place where a JWS is verified.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.encoding import base64url, jcs, strict_json
from common.errors import InvalidSignatureError, MalformedInputError
from common.keys.public_key import PublicKey, algorithm_named
from common.keys.signer import Signer

MAX_LENGTH = 1_000_000


@dataclass(frozen=True, slots=True)
class UnverifiedJws:
    """A JWS taken apart; nothing in it is to be believed before `verify`."""

    header: Mapping[str, Any]
    payload: bytes
    signing_input: bytes
    signature: bytes

    def claims(self) -> dict[str, Any]:
        """The payload as a JSON object (a JWT claims set, RFC 7519 §4), without claims that are null."""
        said = strict_json.loads_object(self.payload, max_bytes=MAX_LENGTH)
        return {name: value for name, value in said.items() if value is not None}


def sign(header: Mapping[str, Any], payload: bytes | Mapping[str, Any], *, signer: Signer) -> str:
    """The compact JWS of `payload` (a mapping becomes JSON); `alg` follows from the signer's key."""
    body = payload if isinstance(payload, bytes) else jcs.canonicalize(payload)
    protected = jcs.canonicalize({"alg": signer.public_key.algorithm, **header})
    signing_input = f"{base64url.encode(protected)}.{base64url.encode(body)}"
    signature = signer.sign(signing_input.encode("ascii"))
    return f"{signing_input}.{base64url.encode(signature)}"


def parse(compact: str, *, max_length: int = MAX_LENGTH) -> UnverifiedJws:
    """Take a compact JWS apart without believing it; `crit` headers are refused (RFC 7515 §4.1.11).

    A header that is null says nothing.
    """
    if not isinstance(compact, str) or len(compact) > max_length or compact.count(".") != 2:
        raise MalformedInputError("This is not a compact JWS.")
    protected, payload, signature = compact.split(".")
    header = strict_json.loads_object(base64url.decode(protected))
    if "crit" in header:
        raise MalformedInputError("This JWS has a critical header that is not understood.")
    if not isinstance(header.get("alg"), str):
        raise MalformedInputError("This JWS names no algorithm.")
    return UnverifiedJws(
        header={name: value for name, value in header.items() if value is not None},
        payload=base64url.decode(payload),
        signing_input=f"{protected}.{payload}".encode("ascii"),
        signature=base64url.decode(signature),
    )


def verify(jws: str | UnverifiedJws, *, key: PublicKey, typ: str | None) -> UnverifiedJws:
    """The parsed JWS once `key` is seen to have signed it; `typ` is required unless None."""
    parsed = parse(jws) if isinstance(jws, str) else jws
    algorithm = parsed.header["alg"]
    if algorithm_named(algorithm) != key.algorithm:
        raise InvalidSignatureError("The algorithm named is not the key's own.", detail=f"alg {algorithm!r}")
    if typ is not None and media_type(parsed.header.get("typ")) != typ:
        raise MalformedInputError(f"A token of type {typ} was expected.")
    key.verify(parsed.signature, parsed.signing_input)
    return parsed


def media_type(typ: object) -> str:
    """`typ` without its parameters and the `application/` that senders may omit (RFC 7515 §4.1.9)."""
    name, mark, _ = typ.partition(";") if isinstance(typ, str) else ("", "", "")
    return (name.rstrip() if mark else name).lower().removeprefix("application/")
