"""A provider's word for a wallet (OpenID4VCI 1.0 Appendix E), by which it authenticates at OAuth endpoints.

Attestation-based client authentication, draft -11: the provider's JWT is bound to a key of the wallet, with
which the wallet signs a proof for each request, over a challenge of the server; its DPoP proof may be that
proof. Sections are the draft's. What drafts up to -07 asked for, `iss` in both, is sent still and not missed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography import x509

from common.encoding import strict_json
from common.errors import SelloError
from common.keys import PublicKey, Signer, certificate, jwk, jws
from common.oid4vci import attestation
from common.oid4vci.attestation import ALGORITHMS, MAX_LENGTH, MAX_SKEW, StatusEndpoint, is_timestamp
from common.oid4vci.errors import (
    InvalidClientAttestationError,
    InvalidMessageError,
    UseAttestationChallengeError,
    UseFreshAttestationError,
)
from common.oid4vci.json_members import Members

TYPE: Final = "oauth-client-attestation+jwt"
POP_TYPE: Final = "oauth-client-attestation-pop+jwt"
HEADER: Final = "OAuth-Client-Attestation"
POP_HEADER: Final = "OAuth-Client-Attestation-PoP"
CHALLENGE_HEADER: Final = "OAuth-Client-Attestation-Challenge"
MAX_AGE: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class WalletAttestation:
    """A wallet for which a provider vouches; `jti` of its proof must not have been seen before.

    It is None where the proof is the request's DPoP proof, of which the same is asked anyway.
    """

    client_id: str
    name: str
    thumbprint: str
    jti: str | None
    standing: StatusEndpoint


def create_wallet_attestation(
    *,
    provider: str,
    client_id: str,
    name: str,
    link: str | None = None,
    key: PublicKey,
    signer: Signer,
    x5c: Sequence[bytes],
    now: datetime,
    expires: datetime,
) -> str:
    """A provider's word for a wallet whose instance holds `key` (§4); `link` tells people of both."""
    claims: dict[str, Any] = {
        "iss": provider,
        "sub": client_id,
        "wallet_name": name,
        "iat": int(now.timestamp()),
        "exp": int(expires.timestamp()),
        "cnf": {"jwk": jwk.encode(key)},
    }
    if link is not None:
        claims["wallet_link"] = link
    return jws.sign({"typ": TYPE, "x5c": certificate.x5c(x5c)}, claims, signer=signer)


def create_attestation_pop(
    *, client_id: str, audience: str, jti: str, challenge: str | None, signer: Signer, now: datetime
) -> str:
    """The wallet's proof that the attestation is about itself, for one request to `audience` (§5.1)."""
    begins = int(now.timestamp())
    claims: dict[str, Any] = {"iss": client_id, "aud": audience, "jti": jti, "iat": begins}
    claims["exp"] = begins + int(MAX_AGE.total_seconds())  # RFC 7519; servers of older drafts look for it
    if challenge is not None:
        claims["challenge"] = challenge
    return jws.sign({"typ": POP_TYPE}, claims, signer=signer)


def verify_wallet_attestation(
    compact: str,
    pop: str,
    *,
    audience: str,
    anchors: Sequence[x509.Certificate],
    check_challenge: Callable[[str], None],
    now: datetime,
) -> WalletAttestation:
    """The wallet behind an attestation and its proof (§7.1, §7.2).

    `check_challenge` raises `UseAttestationChallengeError` for a challenge that is not the server's. Whether
    the provider stands by its word, and whether `jti` was seen before, the caller asks.
    """
    claims, key = _attested(compact, anchors=anchors, now=now)
    try:
        shown = jws.parse(pop, max_length=MAX_LENGTH)
        if shown.header["alg"] not in ALGORITHMS:
            raise InvalidClientAttestationError("The proof of the wallet attestation is signed with ES256.")
        proof = jws.verify(shown, key=key, typ=POP_TYPE).claims()
    except InvalidClientAttestationError:
        raise
    except SelloError as error:
        raise InvalidClientAttestationError(
            "The proof of the wallet attestation does not hold.", detail=error.public
        ) from error
    if proof.get("aud") not in (audience, [audience]) or proof.get("iss", claims["sub"]) != claims["sub"]:
        raise InvalidClientAttestationError("The proof of the wallet attestation is for somebody else.")
    _check_time(proof, now=now)
    jti = _text(proof, "jti")
    if "challenge" in proof:  # who was given none is held to `jti` and `iat` alone ("Replay Attacks")
        if not isinstance(proof["challenge"], str):
            raise UseAttestationChallengeError("The proof of the wallet attestation needs our challenge.")
        check_challenge(proof["challenge"])
    return _wallet(claims, key, jti=jti)


def verify_with_dpop(
    compact: str, dpop_proof: str, *, anchors: Sequence[x509.Certificate], now: datetime
) -> WalletAttestation:
    """The wallet behind an attestation whose key makes the request's DPoP proof (§5.2, §7.3).

    The proof itself, and the nonce in it that is the challenge here, the caller checks as RFC 9449 says.
    """
    claims, key = _attested(compact, anchors=anchors, now=now)
    try:
        shown = jwk.decode(jws.parse(dpop_proof, max_length=MAX_LENGTH).header.get("jwk", {}))
    except SelloError as error:
        raise InvalidClientAttestationError("The DPoP proof cannot be read.", detail=error.public) from error
    if shown != key:
        raise InvalidClientAttestationError("The DPoP proof is made with another key than the attested one.")
    return _wallet(claims, key, jti=None)


def _attested(
    compact: str, *, anchors: Sequence[x509.Certificate], now: datetime
) -> tuple[dict[str, Any], PublicKey]:
    """What a provider says, and the key of which it says it (§7.1)."""
    try:
        claims = attestation.signed_claims(
            compact, typ=TYPE, anchors=anchors, now=now, error=InvalidClientAttestationError
        )
        confirmation = claims.get("cnf")
        key = jwk.decode(confirmation.get("jwk", {}) if isinstance(confirmation, Mapping) else {})
    except InvalidClientAttestationError:
        raise
    except SelloError as error:
        raise InvalidClientAttestationError(
            "The wallet attestation does not hold.", detail=error.public
        ) from error
    _text(claims, "sub")
    _check_fresh(claims, now=now)
    return claims, key


def _wallet(claims: Mapping[str, Any], key: PublicKey, *, jti: str | None) -> WalletAttestation:
    name = claims.get("wallet_name")
    return WalletAttestation(
        client_id=claims["sub"],
        name=" ".join(name.split())[:200] if isinstance(name, str) else "",
        thumbprint=jwk.thumbprint(key),
        jti=jti,
        standing=attestation.attestation_status(claims, error=InvalidClientAttestationError),
    )


def create_challenge_response(challenge: str) -> dict[str, str]:
    """The answer of the challenge endpoint (§6.1); it must leave with `Cache-Control: no-store`."""
    return {"attestation_challenge": challenge}


def parse_challenge_response(body: bytes) -> str:
    """The challenge in an answer of the challenge endpoint."""
    return Members(strict_json.loads_object(body), InvalidMessageError).text("attestation_challenge")


def _check_fresh(claims: Mapping[str, Any], *, now: datetime) -> None:
    expires = claims.get("exp")
    if not is_timestamp(expires):
        raise InvalidClientAttestationError("The wallet attestation does not say when it ends.")
    if expires <= now.timestamp():
        raise UseFreshAttestationError("The wallet attestation has expired.")
    attestation.check_begun(claims, now=now, error=InvalidClientAttestationError)


def _check_time(proof: Mapping[str, Any], *, now: datetime) -> None:
    """`iat` is required (§5.1); `exp` and `nbf` count where they stand (RFC 7519)."""
    issued_at = proof.get("iat")
    if not is_timestamp(issued_at) or not -MAX_SKEW <= _since(issued_at, now) <= MAX_AGE:
        raise InvalidClientAttestationError(
            "The proof of the wallet attestation is too old, or from the future."
        )
    if "exp" in proof and not (is_timestamp(proof["exp"]) and proof["exp"] > now.timestamp()):
        raise InvalidClientAttestationError("The proof of the wallet attestation has expired.")
    attestation.check_begun(proof, now=now, error=InvalidClientAttestationError)


def _since(issued_at: float, now: datetime) -> timedelta:
    return timedelta(seconds=max(min(now.timestamp() - issued_at, 1e9), -1e9))


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 500 or "\0" in value:
        raise InvalidClientAttestationError(f"{name} must be a text that is not empty.")
    return value
