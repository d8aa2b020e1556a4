"""The answer to an access request: the attributes that were asked for, signed by the authority.

The reader keeps a statement that it can show: who said what about this request, to whom, when.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from common.did import did_web
from common.errors import SelloError
from common.formats.base import Sources
from common.keys import Signer, jws
from common.keys.holder_jwt import check_time
from common.registries.record_access.grant import AccessError, required_text

RECORD_TYPE: Final = "access-record+jwt"
MEDIA_TYPE: Final = f"application/{RECORD_TYPE}"
MAX_RECORD: Final = 500_000


class InvalidRecordError(AccessError):
    """An answer that is not the authority's, not for us, or not to what was asked."""

    code = "invalid_response"


@dataclass(frozen=True, slots=True)
class SignedRecord:
    """What the authority says; None for what its record does not know."""

    attributes: Mapping[str, Any] = field(repr=False)
    consent_id: str = ""


def create_record(
    record: SignedRecord, *, authority: str, client_id: str, request_id: str, signer: Signer, now: datetime
) -> str:
    """The answer of `authority` (its identifier) to the request whose `jti` was `request_id`."""
    claims: dict[str, Any] = {
        "iss": authority,
        "aud": client_id,
        "iat": int(now.timestamp()),
        "jti": request_id,
        "attributes": dict(record.attributes),
    }
    if record.consent_id:
        claims["consent_id"] = record.consent_id
    return jws.sign({"typ": RECORD_TYPE, "kid": signer.key_id}, claims, signer=signer)


def verify_record(
    token: str,
    *,
    authority: str,
    client_id: str,
    request_id: str,
    attributes: Sequence[str],
    consent_id: str,
    sources: Sources,
    now: datetime,
) -> SignedRecord:
    """The answer once the authority's own key is seen to have signed it, for this client and request.

    `attributes` and `consent_id` are those of the grant: an answer has exactly these, neither more nor less.
    """
    try:
        parsed = jws.parse(token, max_length=MAX_RECORD)
        kid = parsed.header.get("kid")
        if not isinstance(kid, str) or kid.split("#")[0] != did_web.encode(authority):
            raise InvalidRecordError("The answer is not signed with the authority's own key.")
        method = sources.method(kid, purpose="assertionMethod")
        claims = jws.verify(parsed, key=method.public_key, typ=RECORD_TYPE).claims()
    except AccessError:
        raise
    except SelloError as error:
        raise InvalidRecordError("The answer does not hold.", detail=error.public) from error
    if claims.get("iss") != authority or claims.get("aud") != client_id:
        raise InvalidRecordError("The answer is by or for somebody else.")
    if required_text(claims, "jti", error=InvalidRecordError) != request_id:
        raise InvalidRecordError("The answer is to another request.")
    check_time(claims, now=now, error=InvalidRecordError)
    found = claims.get("attributes")
    if not isinstance(found, Mapping) or set(found) != set(attributes):
        raise InvalidRecordError("The answer does not have the attributes that were granted.")
    if claims.get("consent_id", "") != consent_id:
        raise InvalidRecordError("The answer rests on another consent.")
    return SignedRecord(dict(found), consent_id)
