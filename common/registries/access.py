"""Reading agreed attributes of one person's record in another authority's registry, as messages.

A relying organisation signs an assertion that carries its evidence, the person's presentation (RFC 7523);
the authority answers with a token bound to the organisation's key by DPoP (RFC 9449). The person asks who
has read, with a key of a credential of theirs. Both ends of each message use one definition.

Every verify function returns the `jti`; whoever calls it must refuse one that was seen before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from common.errors import SelloError
from common.formats.base import Secured, Sources
from common.keys import PublicKey, Signer, jwk, jws

GRANT_TYPE: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
REQUEST_TYPE: Final = "access-request+jwt"
LOG_TYPE: Final = "access-log+jwt"
MAX_AGE: Final = timedelta(minutes=2)
MAX_SKEW: Final = timedelta(minutes=1)
MAX_REQUEST: Final = 500_000


class AccessError(SelloError):
    """An access request that is not granted; `code` as RFC 6749 §5.2 and RFC 9449 §5 name them."""

    code = "invalid_request"


class InvalidAssertion(AccessError):
    """An assertion that does not hold: its signer, audience, time or shape (RFC 7523 §3.1)."""

    code = "invalid_grant"


class InvalidAccessToken(AccessError):
    """An access token that is missing, wrong, expired, or shown without its key (RFC 9449 §7.1)."""

    code = "invalid_token"
    status = 401
    headers = {"WWW-Authenticate": 'DPoP error="invalid_token", algs="ES256 EdDSA"'}


class AccessRefused(AccessError):
    """Nothing was agreed that this request could rely on, or its evidence does not carry it."""

    code = "access_denied"
    status = 403


@dataclass(frozen=True, slots=True)
class Evidence:
    """The person's presentation as the organisation received it, and what it was bound to.

    `audience` is the organisation's client identifier in OpenID4VP; it must lead to the same DID that signs
    the request, so that nobody passes on what was shown to somebody else.
    """

    format: str
    presentation: Secured = field(repr=False)
    nonce: str
    audience: str
    transaction_data: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """Who asks, why, with which evidence; `thumbprint` is the key that the token will be bound to."""

    client_id: str
    purpose: str
    evidence: Evidence
    thumbprint: str
    jti: str


@dataclass(frozen=True, slots=True)
class AccessGrant:
    """A token that reads one record for a short while."""

    access_token: str = field(repr=False)
    expires_in: int
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One reading, as the person sees it: who, why, what by name, when; never the values."""

    at: str
    client_id: str
    client_name: str
    purpose: str
    registry: str
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogRequest:
    """A holder's key that asks what was read."""

    thumbprint: str
    jti: str


def create_access_request(
    *,
    client_id: str,
    audience: str,
    purpose: str,
    evidence: Evidence,
    token_key: PublicKey,
    jti: str,
    signer: Signer,
    now: datetime,
) -> str:
    """The assertion (RFC 7523 §3) that asks `audience`, an authority's identifier, for one record.

    `client_id` is the organisation's DID, `signer.key_id` a DID URL of it listed for authentication;
    `token_key` is the key of the DPoP proofs to come and may be the signer's own.
    """
    claims: dict[str, Any] = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "iat": int(now.timestamp()),
        "exp": int((now + MAX_AGE).timestamp()),
        "jti": jti,
        "purpose": purpose,
        "cnf": {"jkt": jwk.thumbprint(token_key)},
        "vp_token": {
            "format": evidence.format,
            "presentation": evidence.presentation,
            "nonce": evidence.nonce,
            "audience": evidence.audience,
            "transaction_data": list(evidence.transaction_data),
        },
    }
    return jws.sign({"typ": REQUEST_TYPE, "kid": signer.key_id}, claims, signer=signer)


def verify_access_request(assertion: str, *, audience: str, sources: Sources, now: datetime) -> AccessRequest:
    """The request once its client's own key is seen to have signed it; the evidence is not looked into yet.

    Required: kid, iss, sub, aud, iat, exp, jti, purpose, cnf.jkt, vp_token.
    """
    try:
        parsed = jws.parse(assertion, max_length=MAX_REQUEST)
        client_id, kid = parsed.claims().get("iss"), parsed.header.get("kid")
        if not isinstance(client_id, str) or not isinstance(kid, str) or kid.split("#")[0] != client_id:
            raise InvalidAssertion("The request is not signed with its client's own key.")
        method = sources.method(kid, purpose="authentication")
        claims = jws.verify(parsed, key=method.public_key, typ=REQUEST_TYPE).claims()
    except AccessError:
        raise
    except SelloError as error:
        raise InvalidAssertion("The request does not hold.", detail=error.public) from error
    if claims.get("aud") != audience or claims.get("sub") != client_id:
        raise InvalidAssertion("The request is meant for somebody else.")
    _check_time(claims, now=now, error=InvalidAssertion)
    expires = claims.get("exp")
    if (
        not isinstance(expires, int)
        or not now.timestamp() < expires <= claims["iat"] + MAX_AGE.total_seconds()
    ):
        raise InvalidAssertion("The request has expired, or lives too long.")
    confirmation = claims.get("cnf")
    return AccessRequest(
        client_id=client_id,
        purpose=_text(claims, "purpose", InvalidAssertion),
        evidence=_evidence(claims.get("vp_token")),
        thumbprint=_text(confirmation if isinstance(confirmation, Mapping) else {}, "jkt", InvalidAssertion),
        jti=_text(claims, "jti", InvalidAssertion),
    )


def create_grant(grant: AccessGrant) -> dict[str, Any]:
    """The token response (RFC 9449 §5); it must leave with `Cache-Control: no-store`."""
    return {
        "access_token": grant.access_token,
        "token_type": "DPoP",
        "expires_in": grant.expires_in,
        "attributes": list(grant.attributes),
    }


def parse_grant(source: Mapping[str, Any]) -> AccessGrant:
    """Read a token response; a token that is not bound to a key is refused."""
    token, expires = source.get("access_token"), source.get("expires_in")
    if source.get("token_type") != "DPoP" or not isinstance(token, str) or not isinstance(expires, int):
        raise AccessError("The authority did not answer with a bound token.")
    return AccessGrant(token, expires, _names(source.get("attributes", [])))


def create_record(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The agreed attributes by name; None where the record does not know one."""
    return {"attributes": dict(attributes)}


def parse_record(source: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a record response."""
    attributes = source.get("attributes")
    if not isinstance(attributes, Mapping):
        raise AccessError("The authority did not answer with attributes.")
    return dict(attributes)


def create_log_request(*, audience: str, jti: str, signer: Signer, now: datetime) -> str:
    """The person's question, to an authority, who has read their record; signed with a holder key."""
    claims = {"aud": audience, "iat": int(now.timestamp()), "jti": jti}
    return jws.sign({"typ": LOG_TYPE, "jwk": jwk.encode(signer.public_key)}, claims, signer=signer)


def verify_log_request(token: str, *, audience: str, now: datetime) -> LogRequest:
    """The key that asks; what it may see is for the caller to look up by that key alone."""
    try:
        parsed = jws.parse(token, max_length=8_000)
        key = jwk.decode(parsed.header.get("jwk", {}))
        claims = jws.verify(parsed, key=key, typ=LOG_TYPE).claims()
    except SelloError as error:
        raise InvalidAssertion("The request does not hold.", detail=error.public, status=401) from error
    if claims.get("aud") != audience:
        raise InvalidAssertion("The request is meant for somebody else.", status=401)
    _check_time(claims, now=now, error=InvalidAssertion)
    return LogRequest(jwk.thumbprint(key), _text(claims, "jti", InvalidAssertion))


def create_log(entries: Iterable[LogEntry]) -> dict[str, Any]:
    """The readings, newest first."""
    return {"entries": [asdict(entry) | {"attributes": list(entry.attributes)} for entry in entries]}


def parse_log(source: Mapping[str, Any]) -> tuple[LogEntry, ...]:
    """The readings of a log response."""
    entries = source.get("entries")
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise AccessError("The authority did not answer with a log.")
    return tuple(
        LogEntry(
            **{name: _text(entry, name, AccessError) for name in LogEntry.__slots__ if name != "attributes"},
            attributes=_names(entry.get("attributes", [])),
        )
        for entry in entries
    )


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise AccessError("The authority did not name the attributes as texts.")
    return tuple(value)


def _evidence(value: object) -> Evidence:
    source = value if isinstance(value, Mapping) else {}
    presentation, entries = source.get("presentation"), source.get("transaction_data", [])
    if not isinstance(presentation, str | Mapping) or not presentation:
        raise InvalidAssertion("The request brings no presentation.")
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise InvalidAssertion("transaction_data is a list of texts.")
    return Evidence(
        format=_text(source, "format", InvalidAssertion),
        presentation=presentation,
        nonce=_text(source, "nonce", InvalidAssertion),
        audience=_text(source, "audience", InvalidAssertion),
        transaction_data=tuple(entries),
    )


def _text(source: Mapping[str, Any], name: str, error: type[AccessError]) -> str:
    value = source.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 2_000 or "\0" in value:
        raise error(f"{name} must be a text that is not empty.")
    return value


def _check_time(claims: Mapping[str, Any], *, now: datetime, error: type[AccessError]) -> None:
    issued_at = claims.get("iat")
    if not isinstance(issued_at, int) or isinstance(issued_at, bool):
        raise error("iat is missing.")
    if not -MAX_SKEW.total_seconds() <= now.timestamp() - issued_at <= MAX_AGE.total_seconds():
        raise error("This was made too long ago, or in the future.")
