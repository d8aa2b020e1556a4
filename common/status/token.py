"""Token Status List (draft-ietf-oauth-status-list-21): the list as a signed JWT (§5.1)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from common.did import VerificationMethod
from common.encoding import base64url, numeric_date, strict_json
from common.errors import MalformedInputError
from common.keys import Signer, certificate, jws
from common.status.bits import StatusBits, compress, decompress
from common.status.errors import StatusError
from common.status.status_list import DecodedStatusList

TYPE: Final = "statuslist+jwt"
MEDIA_TYPE: Final = "application/statuslist+jwt"
VALID, INVALID, SUSPENDED = 0, 1, 2  # §7.1
IssuerKey = Callable[[str, Mapping[str, Any]], VerificationMethod]
CLOCKS_APART: Final = timedelta(minutes=1)  # by which an issuer's clock may run ahead of ours


def encode_list(statuses: StatusBits) -> dict[str, Any]:
    """The `status_list` member (§4.2): ZLIB, then base64url."""
    if statuses.order != "least":
        raise MalformedInputError("A token list's first entry is in the least significant bits.")
    return {"bits": statuses.bits, "lst": base64url.encode(compress(statuses.data, wrapper="zlib"))}


def decode_list(member: object) -> StatusBits:
    """The entries behind a `status_list` member."""
    bits = strict_json.whole(member.get("bits")) if isinstance(member, Mapping) else None
    if not isinstance(member, Mapping) or bits is None:
        raise MalformedInputError("This status list has no list.")
    return StatusBits(decompress(base64url.decode(member.get("lst", "")), wrapper="zlib"), bits, "least")


def create(
    *,
    uri: str,
    statuses: StatusBits,
    signer: Signer,
    now: datetime,
    expires: datetime,
    ttl: int,
    chain: Sequence[bytes] = (),
) -> str:
    """The Status List Token (§5.1); `ttl` in seconds; `chain` vouches for the signer (HAIP 1.0 §6.1)."""
    claims = {
        "sub": uri,
        "iat": int(now.timestamp()),
        "exp": int(expires.timestamp()),
        "ttl": ttl,
        "status_list": encode_list(statuses.require_length()),
    }
    header: dict[str, Any] = {"typ": TYPE, "kid": signer.key_id}
    if chain:
        header["x5c"] = certificate.x5c(chain)
    return jws.sign(header, claims, signer=signer)


def verify(token: str, *, uri: str, issuer: str, issuer_key: IssuerKey, now: datetime) -> DecodedStatusList:
    """The list in a token that `issuer` signed for `uri` and that has not expired (§8.3 steps 3 to 5)."""
    parsed = jws.parse(token)
    jws.verify(parsed, key=issuer_key(issuer, parsed.header).public_key, typ=TYPE)
    claims = parsed.claims()
    return read(claims, lambda: decode_list(claims.get("status_list")), uri=uri, issuer=issuer, now=now)


def read(
    claims: Mapping[str, Any], statuses: Callable[[], StatusBits], *, uri: str, issuer: str, now: datetime
) -> DecodedStatusList:
    """The list in claims that `issuer` signed, by their names in a JWT, whatever token they came in."""
    if claims.get("sub") != uri:
        raise StatusError("This is not the status list that the credential names.")
    if claims.get("iss") not in (None, issuer):
        raise StatusError("The status list is not the credential issuer's own.")
    issued, expires = (numeric_date.read_datetime(claims, name) for name in ("iat", "exp"))
    if issued is None:
        raise MalformedInputError("This status list does not say when it was made.")
    result = DecodedStatusList(
        uri=uri,
        issuer=issuer,
        statuses=statuses(),
        purposes=frozenset(),
        valid_from=issued - CLOCKS_APART,
        valid_until=expires,
        ttl=_lifetime(claims.get("ttl")),
    )
    if not result.covers(now):
        raise StatusError("The status list has expired, or is of a later time.")
    return result


def _lifetime(value: object) -> int | None:
    """`ttl` (§5.1): a positive number of seconds; its fraction is let go."""
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 2**37:
        raise MalformedInputError("ttl of this status list is not a number of seconds.")
    return int(value)
