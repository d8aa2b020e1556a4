"""Signed credential issuer metadata (OpenID4VCI 1.0 §12.2.3)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from common.errors import SelloError
from common.keys import PublicKey, Signer, jws
from common.oid4vci.errors import MessageInvalid

TYPE: Final = "openidvci-issuer-metadata+jwt"
MEDIA_TYPE: Final = "application/jwt"
LIFETIME: Final = timedelta(days=1)
MAX_SKEW: Final = timedelta(minutes=1)


def sign_metadata(
    document: Mapping[str, Any], *, signer: Signer, now: datetime, x5c: tuple[str, ...] = ()
) -> str:
    """The metadata document as a JWT; `signer.key_id` tells how its key is found, unless `x5c` does."""
    header: dict[str, Any] = {"typ": TYPE, "x5c": list(x5c)} if x5c else {"typ": TYPE, "kid": signer.key_id}
    claims = {
        **document,
        "sub": document["credential_issuer"],
        "iat": int(now.timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
    }
    return jws.sign(header, claims, signer=signer)


def verify_metadata(compact: str, *, issuer: str, key: PublicKey, now: datetime) -> dict[str, Any]:
    """The metadata document of `issuer`, once `key` is seen to have signed it.

    Whose key that is, the caller has found out. Required: typ, sub, iat. `exp` counts where it stands.
    """
    try:
        claims = jws.verify(compact, key=key, typ=TYPE).claims()
    except SelloError as error:
        raise MessageInvalid("The issuer's signed metadata do not hold.", detail=error.public) from error
    if claims.get("sub") != issuer:
        raise MessageInvalid("The signed metadata are another issuer's.")
    issued_at, expires = claims.get("iat"), claims.get("exp", now.timestamp() + 1)
    if not isinstance(issued_at, int | float) or not isinstance(expires, int | float):
        raise MessageInvalid("The signed metadata do not say when they were made.")
    if issued_at > (now + MAX_SKEW).timestamp() or expires <= now.timestamp():
        raise MessageInvalid("The signed metadata are out of date.")
    return claims
