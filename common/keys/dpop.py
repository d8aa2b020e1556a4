"""Proof of possession at a request (DPoP, RFC 9449): made by whoever asks, checked by whoever answers.

A proof is good for one request. `verify_dpop_proof` returns its `jti`; whoever calls it must refuse one that
was seen before.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from common.encoding import base64url, numeric_date
from common.errors import MalformedInputError, SelloError
from common.keys import jwk, jws
from common.keys.signer import Signer

TYPE: Final = "dpop+jwt"
ALGORITHMS: Final = ("ES256", "EdDSA", "Ed25519")
MAX_AGE: Final = timedelta(minutes=2)
MAX_SKEW: Final = timedelta(minutes=1)
MAX_LENGTH: Final = 8_000


class InvalidDpopProofError(SelloError):
    """A proof of possession for another key, request or hour (§4.3)."""

    code = "invalid_dpop_proof"


class UseDpopNonceError(SelloError):
    """A proof without the server's nonce, or with one that is too old; a new one travels along (§8)."""

    code = "use_dpop_nonce"


@dataclass(frozen=True, slots=True)
class DpopProof:
    """A key that was shown for one request."""

    thumbprint: str
    jti: str


def create_dpop_proof(
    *,
    method: str,
    url: str,
    access_token: str | None,
    jti: str,
    signer: Signer,
    now: datetime,
    nonce: str | None = None,
) -> str:
    """A DPoP proof (§4.2) for one request; `access_token` is None where no token is shown."""
    claims: dict[str, Any] = {"jti": jti, "htm": method, "htu": _target(url), "iat": int(now.timestamp())}
    if access_token is not None:
        claims["ath"] = token_hash(access_token)
    if nonce is not None:
        claims["nonce"] = nonce
    return jws.sign({"typ": TYPE, "jwk": jwk.encode(signer.public_key)}, claims, signer=signer)


def verify_dpop_proof(
    proof: str,
    *,
    method: str,
    url: str,
    access_token: str | None,
    bound_to: str | None,
    check_nonce: Callable[[object], None] | None,
    now: datetime,
) -> DpopProof:
    """Check a DPoP proof as §4.3 lists.

    `bound_to` is the thumbprint of the key that the access token, refresh token or code is bound to; an
    access token is always bound. `check_nonce` sees the proof's `nonce` (None where there is none) and
    raises `UseDpopNonceError`; it is None for a server that gives no nonces.
    """
    try:
        parsed = jws.parse(proof, max_length=MAX_LENGTH)
        if parsed.header["alg"] not in ALGORITHMS or "kid" in parsed.header:
            raise InvalidDpopProofError(f"A DPoP proof is signed with {' or '.join(ALGORITHMS)} and its jwk.")
        key = jwk.decode(parsed.header.get("jwk", {}))
        claims = jws.verify(parsed, key=key, typ=TYPE).claims()
    except InvalidDpopProofError:
        raise
    except SelloError as error:
        raise InvalidDpopProofError("The DPoP proof does not hold.", detail=error.public) from error
    if claims.get("htm") != method or _target(_text(claims, "htu")) != _target(url):
        raise InvalidDpopProofError("The DPoP proof is for another request.")
    _check_time(claims, now=now)
    if access_token is not None and claims.get("ath") != token_hash(access_token):
        raise InvalidDpopProofError("The DPoP proof is for another token.")
    thumbprint = jwk.thumbprint(key)
    if (access_token is not None and bound_to is None) or bound_to not in (None, thumbprint):
        raise InvalidDpopProofError("This token is bound to another key.")
    found = DpopProof(thumbprint, _text(claims, "jti"))
    if check_nonce is not None:
        check_nonce(claims.get("nonce"))
    return found


def token_hash(access_token: str) -> str:
    """`ath`: SHA-256 of the token's ASCII text, base64url (§4.2)."""
    return base64url.encode(hashlib.sha256(access_token.encode("ascii", "replace")).digest())


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 2_000 or "\0" in value:
        raise InvalidDpopProofError(f"{name} must be a text that is not empty.")
    return value


def _check_time(claims: Mapping[str, Any], *, now: datetime) -> None:
    try:
        issued_at, begins, ends = (
            numeric_date.parse_numeric_date(claims, name) for name in ("iat", "nbf", "exp")
        )
    except MalformedInputError as error:
        raise InvalidDpopProofError("A time in the DPoP proof is none.", detail=error.public) from error
    if issued_at is None:
        raise InvalidDpopProofError("iat is missing.")
    seconds, skew = now.timestamp(), MAX_SKEW.total_seconds()
    if not -skew <= seconds - issued_at <= MAX_AGE.total_seconds():
        raise InvalidDpopProofError("The DPoP proof was made too long ago, or in the future.")
    if (begins is not None and begins > seconds + skew) or (ends is not None and ends <= seconds):
        raise InvalidDpopProofError("The DPoP proof is not valid at this time.")


def _target(url: str) -> str:
    """`htu` without query and fragment (§4.3), scheme and host in lower case."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise InvalidDpopProofError("htu must be a URL.") from error
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path}"
