"""What a person asks in their own name: a JWT signed with a holder's key, for one audience and this moment.

The key stands in the header: who asks is whoever holds it. Whoever verifies must refuse a `jti` seen before.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from common.encoding import numeric_date
from common.errors import MalformedInputError, SelloError
from common.keys import PublicKey, Signer, jwk, jws

MAX_AGE: Final = timedelta(minutes=2)
MAX_SKEW: Final = timedelta(minutes=1)
MAX_LENGTH: Final = 8_000
Refusal = Callable[..., SelloError]


def sign(said: Mapping[str, Any], *, typ: str, audience: str, jti: str, signer: Signer, now: datetime) -> str:
    """The request as it goes into an `Authorization` header."""
    claims = {"aud": audience, "iat": int(now.timestamp()), "jti": jti, **said}
    return jws.sign({"typ": typ, "jwk": jwk.encode(signer.public_key)}, claims, signer=signer)


def verify(
    token: str, *, typ: str, audience: str, now: datetime, error: Refusal
) -> tuple[PublicKey, dict[str, Any]]:
    """The key that asks and what it says, or `error`."""
    try:
        parsed = jws.parse(token, max_length=MAX_LENGTH)
        key = jwk.decode(parsed.header.get("jwk", {}))
        claims = jws.verify(parsed, key=key, typ=typ).claims()
    except SelloError as fault:
        raise error("The request does not hold.", detail=fault.public) from fault
    if claims.get("aud") != audience:
        raise error("This is meant for somebody else.")
    check_time(claims, now=now, error=error)
    return key, claims


def check_time(claims: Mapping[str, Any], *, now: datetime, error: Refusal) -> None:
    """Raise unless `iat` says that this was made just now."""
    try:
        made = numeric_date.parse_numeric_date(claims, "iat")
    except MalformedInputError as fault:
        raise error("iat is not a time.") from fault
    if made is None:
        raise error("iat is missing.")
    if not -MAX_SKEW.total_seconds() <= now.timestamp() - made <= MAX_AGE.total_seconds():
        raise error("This was made too long ago, or in the future.")
