"""Signed credential issuer metadata (OpenID4VCI 1.0 §12.2.3)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from common.errors import SelloError
from common.keys import Signer, certificate, jws
from common.oid4vci.errors import InvalidMessageError
from common.status.token import IssuerKey

TYPE: Final = "openidvci-issuer-metadata+jwt"
MEDIA_TYPE: Final = "application/jwt"
LIFETIME: Final = timedelta(days=1)
MAX_SKEW: Final = timedelta(minutes=1)


def sign_metadata(
    document: Mapping[str, Any], *, signer: Signer, now: datetime, chain: Sequence[bytes] = ()
) -> str:
    """The metadata document as a JWT; `chain` vouches for the signer's key (HAIP 1.0 §4.1)."""
    header: dict[str, Any] = {"typ": TYPE, "kid": signer.key_id}
    if chain:
        header["x5c"] = certificate.x5c(chain)
    claims = {
        **document,
        "sub": document["credential_issuer"],
        "iat": int(now.timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
    }
    return jws.sign(header, claims, signer=signer)


def verify_metadata(compact: str, *, issuer: str, issuer_key: IssuerKey, now: datetime) -> dict[str, Any]:
    """The metadata document of `issuer`, once its own key is seen to have signed it.

    `issuer_key` finds that key by issuer and header. Required: typ, sub, iat. `exp` counts where it stands.
    """
    try:
        parsed = jws.parse(compact)
        key = issuer_key(issuer, parsed.header).public_key
        claims = jws.verify(parsed, key=key, typ=TYPE).claims()
    except SelloError as error:
        raise InvalidMessageError("The issuer's signed metadata do not hold.", detail=error.public) from error
    if claims.get("sub") != issuer:
        raise InvalidMessageError("The signed metadata are another issuer's.")
    issued_at, expires = claims.get("iat"), claims.get("exp", now.timestamp() + 1)
    if not isinstance(issued_at, int | float) or not isinstance(expires, int | float):
        raise InvalidMessageError("The signed metadata do not say when they were made.")
    if issued_at > (now + MAX_SKEW).timestamp() or expires <= now.timestamp():
        raise InvalidMessageError("The signed metadata are out of date.")
    return claims
