"""What providers vouch for: wallets (OpenID4VCI 1.0 Appendix E) and keys (Appendix D), as JWTs with x5c.

A wallet attestation authenticates the wallet at OAuth endpoints (attestation-based client authentication,
draft -07), together with a proof of possession for one request. A key attestation says where keys live.
Trust comes from the certificate chain alone (HAIP 1.0 §4.3.1, §4.4.1); names in the tokens are claims of
whoever signed them.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeGuard

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from common.errors import SelloError
from common.keys import PublicKey, Signer, certificate, jwk, jws
from common.oid4vci.errors import InvalidClientAttestation, InvalidProof
from common.trust.certificates import read_x5c, verify_chain

WALLET_TYPE: Final = "oauth-client-attestation+jwt"
POP_TYPE: Final = "oauth-client-attestation-pop+jwt"
KEY_TYPE: Final = "key-attestation+jwt"
ALGORITHMS: Final = ("ES256",)
MAX_LENGTH: Final = 40_000
MAX_AGE: Final = timedelta(minutes=5)
MAX_SKEW: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class WalletAttestation:
    """A wallet for which a provider vouches; `jti` of its proof must not have been seen before."""

    client_id: str
    name: str
    thumbprint: str
    jti: str


@dataclass(frozen=True, slots=True)
class KeyAttestation:
    """Keys for which a provider vouches; how well they are kept, in the words of Appendix D.2."""

    keys: tuple[PublicKey, ...]
    nonce: str | None
    key_storage: tuple[str, ...] = ()
    user_authentication: tuple[str, ...] = ()


def create_wallet_attestation(
    *,
    provider: str,
    client_id: str,
    name: str,
    key: PublicKey,
    signer: Signer,
    x5c: Sequence[bytes],
    now: datetime,
    expires: datetime,
) -> str:
    """A provider's word for a wallet whose instance holds `key` (draft -07 §5.1)."""
    claims = {
        "iss": provider,
        "sub": client_id,
        "wallet_name": name,
        "iat": int(now.timestamp()),
        "exp": int(expires.timestamp()),
        "cnf": {"jwk": jwk.encode(key)},
    }
    return jws.sign({"typ": WALLET_TYPE, "x5c": _x5c(x5c)}, claims, signer=signer)


def create_attestation_pop(*, client_id: str, audience: str, jti: str, signer: Signer, now: datetime) -> str:
    """The wallet's proof that the attestation is about itself, for one request to `audience` (§5.2)."""
    claims = {"iss": client_id, "aud": audience, "jti": jti, "iat": int(now.timestamp())}
    return jws.sign({"typ": POP_TYPE}, claims, signer=signer)


def verify_wallet_attestation(
    attestation: str,
    pop: str,
    *,
    audience: str,
    anchors: Sequence[x509.Certificate],
    now: datetime,
) -> WalletAttestation:
    """The wallet behind an attestation and its proof, both as §5.1, §5.2 and §7 of the draft list.

    Required: typ, alg, x5c, sub, exp, cnf.jwk; of the proof typ, iss, aud, jti, iat. Unchecked: iss (the
    chain says who vouches), status (no list is asked for tokens that live this short).
    """
    try:
        claims = _signed(attestation, typ=WALLET_TYPE, anchors=anchors, now=now)
        client_id, expires = _text(claims, "sub"), claims.get("exp")
        if not _is_number(expires) or expires <= now.timestamp():
            raise InvalidClientAttestation("The wallet attestation has expired.")
        _check_begun(claims, now=now)
        confirmation = claims.get("cnf")
        key = jwk.decode(confirmation.get("jwk", {}) if isinstance(confirmation, Mapping) else {})
        shown = jws.parse(pop, max_length=MAX_LENGTH)
        if shown.header["alg"] not in ALGORITHMS:
            raise InvalidClientAttestation("The proof of the wallet attestation is signed with ES256.")
        proof = jws.verify(shown, key=key, typ=POP_TYPE).claims()
    except InvalidClientAttestation:
        raise
    except SelloError as error:
        raise InvalidClientAttestation(
            "The wallet attestation does not hold.", detail=error.public
        ) from error
    if proof.get("aud") not in (audience, [audience]) or proof.get("iss") != client_id:
        raise InvalidClientAttestation("The proof of the wallet attestation is for somebody else.")
    issued_at = proof.get("iat")
    if not _is_number(issued_at) or not -MAX_SKEW <= _since(issued_at, now) <= MAX_AGE:
        raise InvalidClientAttestation("The proof of the wallet attestation is too old, or from the future.")
    if "exp" in proof and not (_is_number(proof["exp"]) and proof["exp"] > now.timestamp()):
        raise InvalidClientAttestation("The proof of the wallet attestation has expired.")
    name = claims.get("wallet_name")
    return WalletAttestation(
        client_id=client_id,
        name=" ".join(name.split())[:200] if isinstance(name, str) else "",
        thumbprint=jwk.thumbprint(key),
        jti=_text(proof, "jti"),
    )


def create_key_attestation(
    *,
    keys: Sequence[PublicKey],
    nonce: str | None,
    signer: Signer,
    x5c: Sequence[bytes],
    now: datetime,
    expires: datetime,
    key_storage: Sequence[str] = (),
    user_authentication: Sequence[str] = (),
) -> str:
    """A provider's word for keys of one key storage (Appendix D.1)."""
    claims: dict[str, Any] = {
        "iat": int(now.timestamp()),
        "exp": int(expires.timestamp()),
        "attested_keys": [jwk.encode(key) for key in keys],
    }
    lists = {"key_storage": list(key_storage), "user_authentication": list(user_authentication)}
    claims |= {name: values for name, values in lists.items() if values}
    if nonce is not None:
        claims["nonce"] = nonce
    return jws.sign({"typ": KEY_TYPE, "x5c": _x5c(x5c)}, claims, signer=signer)


def verify_key_attestation(
    attestation: str, *, anchors: Sequence[x509.Certificate], with_proof: bool, max_keys: int, now: datetime
) -> KeyAttestation:
    """The keys in an attestation (Appendix D.1); whether its nonce is ours, the caller sees.

    `with_proof` is whether it stands in the header of a key proof, where `exp` is required. Keys must differ.
    """
    try:
        claims = _signed(attestation, typ=KEY_TYPE, anchors=anchors, now=now)
        sources = claims.get("attested_keys")
        if not isinstance(sources, list) or not 0 < len(sources) <= max_keys:
            raise InvalidProof(f"A key attestation is about one to {max_keys} keys.")
        keys = tuple(jwk.decode(source) for source in sources)
    except InvalidProof:
        raise
    except SelloError as error:
        raise InvalidProof("A key attestation does not hold.", detail=error.public) from error
    if len(set(keys)) != len(keys):
        raise InvalidProof("A key attestation names a key twice.")
    _check_begun(claims, now=now, required=True, error=InvalidProof)
    if ("exp" in claims or with_proof) and not (
        _is_number(claims.get("exp")) and claims["exp"] > now.timestamp()
    ):
        raise InvalidProof("A key attestation has expired, or does not say when it does.")
    nonce = claims.get("nonce")
    if nonce is not None and not isinstance(nonce, str):
        raise InvalidProof("The nonce of a key attestation is a text.")
    return KeyAttestation(
        keys, nonce, _texts(claims.get("key_storage")), _texts(claims.get("user_authentication"))
    )


def _signed(compact: str, *, typ: str, anchors: Sequence[x509.Certificate], now: datetime) -> dict[str, Any]:
    """The claims of a token whose chain leads to an anchor that does not stand in it (HAIP 1.0)."""
    parsed = jws.parse(compact, max_length=MAX_LENGTH)
    if parsed.header["alg"] not in ALGORITHMS:
        raise InvalidProof("Attestations are signed with ES256.")
    chain = read_x5c(parsed.header.get("x5c"))
    known = {anchor.public_bytes(Encoding.DER) for anchor in anchors}
    if known & set(chain):
        raise InvalidProof("The trust anchor does not belong into x5c.")
    leaf = verify_chain(chain, anchors=anchors, now=now)
    return jws.verify(parsed, key=certificate.public_key(leaf), typ=typ).claims()


def _check_begun(
    claims: Mapping[str, Any],
    *,
    now: datetime,
    required: bool = False,
    error: Callable[[str], SelloError] = InvalidClientAttestation,
) -> None:
    for name in ("iat", "nbf"):
        value = claims.get(name)
        if value is None and not (required and name == "iat"):
            continue
        if not _is_number(value) or value > (now + MAX_SKEW).timestamp():
            raise error(f"The {name} of an attestation lies in the future, or is missing.")


def _since(issued_at: float, now: datetime) -> timedelta:
    return timedelta(seconds=max(min(now.timestamp() - issued_at, 1e9), -1e9))


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 500 or "\0" in value:
        raise InvalidClientAttestation(f"{name} must be a text that is not empty.")
    return value


def _texts(value: object) -> tuple[str, ...]:
    return tuple(entry for entry in value if isinstance(entry, str)) if isinstance(value, list) else ()


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _x5c(chain: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(der).decode("ascii") for der in chain]
