"""DPoP at the issuer's endpoints (RFC 9449): the server's nonces, each proof once, each token by its key.

Bearer tokens go on working for wallets that know nothing of it, unless the authority wants high assurance;
but a token that was given to a key is worth nothing without it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet

from common.errors import SelloError
from common.keys.dpop import (
    ALGORITHMS,
    DpopProof,
    InvalidDpopProofError,
    UseDpopNonceError,
    verify_dpop_proof,
)
from common.oid4vci.errors import InvalidNonceError, InvalidTokenError
from issuer.models import Authority, Session
from issuer.single_use import nonces, replay

REMEMBERED: Final = timedelta(minutes=5)  # longer than a proof could be used again
PURPOSE: Final = "DPoP nonce"


class BoundTokenError(InvalidTokenError):
    """A token that was shown without its key, or with a proof that does not hold (RFC 9449 §7.1)."""

    def __init__(self, error: SelloError) -> None:
        super().__init__(error.public, code=error.code, detail=error.detail)
        self.headers = {"WWW-Authenticate": f'DPoP error="{error.code}", algs="{" ".join(ALGORITHMS)}"'}


@dataclass(frozen=True, slots=True)
class PresentedToken:
    """An access token as a request showed it: by which scheme, at which endpoint, with which proof."""

    value: str = field(repr=False)
    scheme: str
    endpoint: str
    proof: str | None = field(default=None, repr=False)


def create_dpop_nonce(authority: Authority, *, now: datetime) -> str:
    """The nonce that travels as `DPoP-Nonce` (RFC 9449 §8)."""
    return nonces.create_nonce(authority, purpose=PURPOSE, now=now)


def presented_key(
    authority: Authority, proof: str | None, *, endpoint: str, bound_to: str = "", now: datetime
) -> str:
    """The thumbprint of the key that a request to an OAuth endpoint shows, "" where it shows none.

    `bound_to` is the key to which a code or refresh token is bound, "" for none.
    """
    if proof is None:
        if bound_to or authority.high_assurance:
            raise InvalidDpopProofError("A DPoP proof is needed.")
        return ""
    return _verify(authority, proof, endpoint=endpoint, bound_to=bound_to or None, now=now).thumbprint


def session_of(
    authority: Authority, sessions: QuerySet[Session], token: PresentedToken, *, now: datetime
) -> Session:
    """The session that an access token opens, shown as it was given: with its key, or as a bearer's."""
    session = sessions.filter(
        token_digest=replay.secret_digest(token.value), token_expires_at__gt=now
    ).first()
    if session is None or bool(session.key_thumbprint) != (token.scheme == "dpop"):
        raise InvalidTokenError("This access token is wrong or expired.")
    if session.key_thumbprint:
        try:
            _verify(
                authority,
                token.proof or "",
                endpoint=token.endpoint,
                access_token=token.value,
                bound_to=session.key_thumbprint,
                now=now,
            )
        except (InvalidDpopProofError, UseDpopNonceError) as error:
            raise BoundTokenError(error) from error
    return session


def _verify(
    authority: Authority,
    proof: str,
    *,
    endpoint: str,
    bound_to: str | None,
    now: datetime,
    access_token: str | None = None,
) -> DpopProof:
    def check_nonce(nonce: Any) -> None:
        try:
            nonces.check_nonce(authority, nonce if isinstance(nonce, str) else "", purpose=PURPOSE, now=now)
        except InvalidNonceError as error:
            raise UseDpopNonceError("Make the DPoP proof with the nonce of this answer.") from error

    found = verify_dpop_proof(
        proof,
        method="POST",
        url=f"{authority.identifier}/{endpoint}",
        access_token=access_token,
        bound_to=bound_to,
        check_nonce=check_nonce,
        now=now,
    )
    if not replay.use_once(
        replay.secret_digest(f"dpop {found.thumbprint}"), found.jti, until=now + REMEMBERED
    ):
        raise InvalidDpopProofError("This DPoP proof was used before.")
    return found
