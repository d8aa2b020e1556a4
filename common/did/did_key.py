"""did:key (W3C CCG did:key method): the identifier is the key."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import nacl.bindings
import nacl.exceptions

from common.did.document import DIDDocument, Fetch, ResolutionError, parse_document
from common.encoding import base64url, multibase
from common.errors import SelloError
from common.keys import PublicKey, jwk, multikey
from common.keys.public_key import CURVES, multicodec_prefix

X25519: Final = "X25519"  # a curve on which keys agree upon others; nothing is signed with it
_PREFIXES: Final[Mapping[str, bytes]] = {X25519: multicodec_prefix("x25519-pub")} | {
    c.name: c.multicodec for c in CURVES.values()
}
_SIZES: Final[Mapping[str, int]] = {X25519: 32} | {c.name: c.raw_size for c in CURVES.values()}
# How keys are written (§3.1.2, §3.1.5), and the context of each way.
CONTEXTS: Final = {
    "Multikey": "https://w3id.org/security/multikey/v1",
    "JsonWebKey": "https://w3id.org/security/jwk/v1",
    "JsonWebKey2020": "https://w3id.org/security/suites/jws-2020/v1",
    "Ed25519VerificationKey2020": "https://w3id.org/security/suites/ed25519-2020/v1",
    "X25519KeyAgreementKey2020": "https://w3id.org/security/suites/x25519-2020/v1",
}
_OF_ONE_CURVE: Final = {"Ed25519VerificationKey2020": "Ed25519", "X25519KeyAgreementKey2020": X25519}
EXPERIMENTAL: Final = ("Ed25519VerificationKey2018", "X25519KeyAgreementKey2019")
SIGNING: Final = ("authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation")


@dataclass(frozen=True, slots=True)
class DecodedKey:
    """The key in a did:key, on a curve of `common.keys` or on X25519."""

    curve: str
    raw: bytes

    @property
    def text(self) -> str:
        """Its Multikey."""
        return multibase.encode(_PREFIXES[self.curve] + self.raw)


def encode(key: PublicKey) -> str:
    """The did:key of a public key."""
    return f"did:key:{multikey.encode(key)}"


def key_method(key: PublicKey) -> str:
    """The DID URL under which a did:key's own document lists its key."""
    text = multikey.encode(key)
    return f"did:key:{text}#{text}"


def resolve(did: str, *, fetch: Fetch) -> DIDDocument:
    """Expand a did:key into its document; the network is not asked."""
    return parse_document(create_document(did), did=did)


def create_document(did: str, *, key_format: str = "Multikey", experimental: bool = False) -> dict[str, Any]:
    """The document of a did:key, its keys written as asked (§3.1.1); refusals have the method's own codes.

    An Ed25519 key brings the X25519 key that follows from it (§3.1.6), to agree on keys with.
    """
    key = decode(did)
    methods = [_method(did, key, key_format=_format(key, key_format, experimental=experimental))]
    relations = {name: [methods[0]["id"]] for name in SIGNING}
    if key.curve == X25519:
        relations = {"keyAgreement": [methods[0]["id"]]}
    elif key.curve == "Ed25519":
        partner = "X25519KeyAgreementKey2020" if key_format in _OF_ONE_CURVE else key_format
        methods.append(_method(did, _agreement_key(key), key_format=partner))
        relations["keyAgreement"] = [methods[1]["id"]]
    contexts = dict.fromkeys(CONTEXTS[method["type"]] for method in methods)
    return {
        "@context": ["https://www.w3.org/ns/did/v1", *contexts],
        "id": did,
        "verificationMethod": methods,
        **relations,
    }


def decode(did: str) -> DecodedKey:
    """The key in a did:key, perhaps with its version before it (§3.1.1 steps 2 and 3, §3.1.2 steps 2 to 4).

    That an Ed25519 key is a point is seen when its X25519 key is made of it.
    """
    *version, text = did.removeprefix("did:key:").split(":")
    if version not in ([], ["1"]) or not text.startswith("z"):
        raise ResolutionError("This is not a did:key.", code="invalidDid")
    try:
        data = multibase.decode(text)
    except SelloError as error:
        raise ResolutionError("This did:key holds no key.", code="invalidDid") from error
    if len(data) < 3:
        raise ResolutionError("This did:key holds no key.", code="invalidDid")
    curve = next((name for name, prefix in _PREFIXES.items() if data.startswith(prefix)), None)
    if curve is None:
        raise ResolutionError("This did:key holds a key of another kind.", code="unsupportedPublicKeyType")
    key = DecodedKey(curve, data.removeprefix(_PREFIXES[curve]))
    if len(key.raw) != _SIZES[key.curve]:
        raise ResolutionError("The key in this did:key is cut or too long.", code="invalidPublicKeyLength")
    if key.curve != X25519:
        try:
            PublicKey(key.curve, key.raw)
        except SelloError as error:
            raise ResolutionError("The key in this did:key is none.", code="invalidPublicKey") from error
    return key


def _agreement_key(key: DecodedKey) -> DecodedKey:
    """The X25519 key that follows from an Ed25519 key, which must be a point for that."""
    try:
        return DecodedKey(X25519, nacl.bindings.crypto_sign_ed25519_pk_to_curve25519(key.raw))
    except nacl.exceptions.CryptoError as error:
        raise ResolutionError("The key in this did:key is none.", code="invalidPublicKey") from error


def _format(key: DecodedKey, name: str, *, experimental: bool) -> str:
    """The way of writing that was asked for, if it is known and suits the key (§3.1.2 steps 6 to 8)."""
    if name in EXPERIMENTAL and not experimental:
        raise ResolutionError("This way of writing keys is an experiment.", code="invalidPublicKeyType")
    if name not in CONTEXTS:
        raise ResolutionError("This way of writing keys is not known.", code="unsupportedPublicKeyType")
    if _OF_ONE_CURVE.get(name, key.curve) != key.curve:
        raise ResolutionError("This way of writing keys is for others.", code="invalidPublicKeyType")
    return name


def _method(did: str, key: DecodedKey, *, key_format: str) -> dict[str, Any]:
    written: dict[str, Any] = {"publicKeyMultibase": key.text}
    if key_format.startswith("JsonWebKey"):
        written = {
            "publicKeyJwk": {"kty": "OKP", "crv": X25519, "x": base64url.encode(key.raw)}
            if key.curve == X25519
            else jwk.encode(PublicKey(key.curve, key.raw))
        }
    return {"id": f"{did}#{key.text}", "type": key_format, "controller": did, **written}
