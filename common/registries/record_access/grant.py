"""Reading agreed attributes of one person's record in another authority's registry: request and grant.

A relying organisation signs an assertion (RFC 7523) that says on what ground it asks: the person's
presentation, a consent that the authority keeps, or a law by which it names the person itself. The authority
answers with a token bound to the organisation's key by DPoP (RFC 9449). What the token reads stands in
access_record.py, what the person asks and withdraws in access_holder.py. Both ends of each message use one
definition.

Every verify function returns the `jti`; whoever calls it must refuse one that was seen before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from common.errors import SelloError
from common.formats.base import Secured, Sources
from common.keys import PublicKey, Signer, jwk, jws
from common.keys.holder_jwt import MAX_AGE, check_time

GRANT_TYPE: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
REQUEST_TYPE: Final = "access-request+jwt"
MAX_REQUEST: Final = 500_000
MAX_ID: Final = 200
MAX_ATTRIBUTES: Final = 50


class AccessError(SelloError):
    """An access request that is not granted; `code` as RFC 6749 §5.2 and RFC 9449 §5 name them."""

    code = "invalid_request"


class InvalidAssertionError(AccessError):
    """An assertion that does not hold: its signer, audience, time or shape (RFC 7523 §3.1)."""

    code = "invalid_grant"


class InvalidAccessTokenError(AccessError):
    """An access token that is missing, wrong, expired, or shown without its key (RFC 9449 §7.1)."""

    code = "invalid_token"
    status = 401
    headers = {"WWW-Authenticate": 'DPoP error="invalid_token", algs="ES256 EdDSA Ed25519"'}


class AccessRefusedError(AccessError):
    """Nothing was agreed that this request could rely on, or its ground does not carry it."""

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
class RecordedConsent:
    """A consent that the authority keeps, by the identifier under which it was granted."""

    id: str


@dataclass(frozen=True, slots=True)
class Subject:
    """The person as a public body knows them, by the value that finds the record."""

    value: str = field(repr=False)


Ground = Evidence | RecordedConsent | Subject


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """Who asks, why, for what, on what ground; `thumbprint` is the key that the token will be bound to.

    `attributes` empty asks for all that the ground allows.
    """

    client_id: str
    purpose: str
    attributes: tuple[str, ...]
    ground: Ground
    thumbprint: str
    jti: str


@dataclass(frozen=True, slots=True)
class AccessGrant:
    """A token that reads one record for a short while, and the consent that it rests on, if any.

    `consent_until` is empty where the consent is for this one reading.
    """

    access_token: str = field(repr=False)
    expires_in: int
    attributes: tuple[str, ...] = ()
    consent_id: str = ""
    consent_until: str = ""


def create_access_request(
    *,
    client_id: str,
    audience: str,
    purpose: str,
    ground: Ground,
    token_key: PublicKey,
    jti: str,
    signer: Signer,
    now: datetime,
    attributes: Sequence[str] = (),
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
        **_ground_claims(ground),
    }
    if attributes:
        claims["attributes"] = list(attributes)
    return jws.sign({"typ": REQUEST_TYPE, "kid": signer.key_id}, claims, signer=signer)


def verify_access_request(assertion: str, *, audience: str, sources: Sources, now: datetime) -> AccessRequest:
    """The request once its client's own key is seen to have signed it; its ground is not looked into yet.

    Required: kid, iss, sub, aud, iat, exp, jti, purpose, cnf.jkt; exactly one of vp_token, consent_id and
    subject. Optional: attributes.
    """
    try:
        parsed = jws.parse(assertion, max_length=MAX_REQUEST)
        client_id, kid = parsed.claims().get("iss"), parsed.header.get("kid")
        if not isinstance(client_id, str) or not isinstance(kid, str) or kid.split("#")[0] != client_id:
            raise InvalidAssertionError("The request is not signed with its client's own key.")
        method = sources.method(kid, purpose="authentication")
        claims = jws.verify(parsed, key=method.public_key, typ=REQUEST_TYPE).claims()
    except AccessError:
        raise
    except SelloError as error:
        raise InvalidAssertionError("The request does not hold.", detail=error.public) from error
    if claims.get("aud") != audience or claims.get("sub") != client_id:
        raise InvalidAssertionError("The request is meant for somebody else.")
    check_time(claims, now=now, error=InvalidAssertionError)
    expires = claims.get("exp")
    if (
        not isinstance(expires, int | float)
        or not now.timestamp() < expires <= claims["iat"] + MAX_AGE.total_seconds()
    ):
        raise InvalidAssertionError("The request has expired, or lives too long.")
    confirmation = claims.get("cnf")
    return AccessRequest(
        client_id=client_id,
        purpose=required_text(claims, "purpose"),
        attributes=attribute_names(claims.get("attributes", [])),
        ground=_ground(claims),
        thumbprint=required_text(confirmation if isinstance(confirmation, Mapping) else {}, "jkt"),
        jti=required_text(claims, "jti", longest=MAX_ID),
    )


def create_grant(grant: AccessGrant) -> dict[str, Any]:
    """The token response (RFC 9449 §5); it must leave with `Cache-Control: no-store`."""
    consent = {"consent_id": grant.consent_id, "consent_until": grant.consent_until}
    return {
        "access_token": grant.access_token,
        "token_type": "DPoP",
        "expires_in": grant.expires_in,
        "attributes": list(grant.attributes),
        **{name: value for name, value in consent.items() if value},
    }


def parse_grant(source: Mapping[str, Any]) -> AccessGrant:
    """Read a token response; a token that is not bound to a key is refused."""
    token, expires = source.get("access_token"), source.get("expires_in")
    if source.get("token_type") != "DPoP" or not isinstance(token, str) or type(expires) not in (int, float):
        raise AccessError("The authority did not answer with a bound token.")
    consent = {
        name: required_text(source, name, error=AccessError, longest=MAX_ID)
        for name in ("consent_id", "consent_until")
        if source.get(name) is not None
    }
    return AccessGrant(
        token, int(expires or 0), attribute_names(source.get("attributes", []), error=AccessError), **consent
    )


def attribute_names(value: object, *, error: type[AccessError] = InvalidAssertionError) -> tuple[str, ...]:
    """A list of attribute names, each once."""
    if not isinstance(value, list) or not all(isinstance(name, str) and name for name in value):
        raise error("Attributes are a list of texts.")
    if len(set(value)) < len(value) or len(value) > MAX_ATTRIBUTES or any("\0" in name for name in value):
        raise error("Attributes are named once each.")
    return tuple(value)


def required_text(
    source: Mapping[str, Any],
    name: str,
    *,
    error: type[AccessError] = InvalidAssertionError,
    longest: int = 2_000,
) -> str:
    """A member that must say something."""
    value = source.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest or "\0" in value:
        raise error(f"{name} must be a text that is not empty.")
    return value


def _ground_claims(ground: Ground) -> dict[str, Any]:
    if isinstance(ground, RecordedConsent):
        return {"consent_id": ground.id}
    if isinstance(ground, Subject):
        return {"subject": ground.value}
    return {
        "vp_token": {
            "format": ground.format,
            "presentation": ground.presentation,
            "nonce": ground.nonce,
            "audience": ground.audience,
            "transaction_data": list(ground.transaction_data),
        }
    }


def _ground(claims: Mapping[str, Any]) -> Ground:
    found = [name for name in ("vp_token", "consent_id", "subject") if name in claims]
    if len(found) != 1:
        raise InvalidAssertionError(
            "The request rests on a presentation, a consent or a law, on one of them."
        )
    if found == ["consent_id"]:
        return RecordedConsent(required_text(claims, "consent_id", longest=MAX_ID))
    if found == ["subject"]:
        return Subject(required_text(claims, "subject", longest=MAX_ID))
    return _evidence(claims["vp_token"])


def _evidence(value: object) -> Evidence:
    source = value if isinstance(value, Mapping) else {}
    presentation, entries = source.get("presentation"), source.get("transaction_data", [])
    if not isinstance(presentation, str | Mapping) or not presentation:
        raise InvalidAssertionError("The request brings no presentation.")
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise InvalidAssertionError("transaction_data is a list of texts.")
    return Evidence(
        format=required_text(source, "format"),
        presentation=presentation,
        nonce=required_text(source, "nonce"),
        audience=required_text(source, "audience"),
        transaction_data=tuple(entries),
    )
