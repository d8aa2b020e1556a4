"""Documents of the data model as JWTs: `vc+jwt` and `vp+jwt` (W3C VC-JOSE-COSE §3.1).

There the document is the payload. Tokens of version 1.1 hold it under `vc` or `vp`, beside registered claims
that say part of it again (VC Data Model 1.1 §6.3.1; OpenID4VCI's `jwt_vc_json`); they are read as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from common.did import VerificationMethod, key_url
from common.encoding import numeric_date, strict_json
from common.errors import InvalidSignatureError, MalformedInputError
from common.formats.base import (
    BindingMismatchError,
    ExpiredError,
    InvalidCredentialError,
    NotYetValidError,
    Sources,
)
from common.formats.w3c import version_1_1
from common.formats.w3c.version_1_1 import Kind
from common.keys import Signer, jws
from common.keys.jws import UnverifiedJws
from common.vcdm import validation

CLOCK_SKEW: Final = timedelta(seconds=60)
# Claims about the token itself; the document has its own words for what some of them say.
REGISTERED: Final = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "cnf"})


class InvalidSignedTokenError(InvalidCredentialError):
    """A token that its issuer or holder did not sign, or that contradicts what it holds."""

    code = "CRYPTOGRAPHIC_SECURITY_ERROR"


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """The document that a token holds, the key that signed it, and the claims beside the document."""

    document: Mapping[str, Any]
    method: VerificationMethod
    claims: Mapping[str, Any]


def sign(
    document: Mapping[str, Any], *, kind: Kind, signer: Signer, claims: Mapping[str, Any] | None = None
) -> str:
    """A document as the payload of a JWS by its issuer or holder (§3.1.1, §3.1.2).

    `claims` are registered ones for which the document has no word, as a presentation's `aud` and `nonce`.
    """
    if {"vc", "vp", *REGISTERED} & set(document):
        raise MalformedInputError("A document that a token secures has no names of JWT claims.")
    header = {"typ": f"{kind}+jwt", "cty": kind, "kid": signer.key_id}
    return jws.sign(header, {**document, **(claims or {})}, signer=signer)


def verify(token: str, *, kind: Kind, sources: Sources, now: datetime) -> VerifiedToken:
    """What a token holds, once its own issuer or holder is seen to have signed it, for now (§5.1)."""
    parsed = jws.parse(token)
    claims = parsed.claims()
    document = _document(claims, kind=kind, typ=_typ(parsed, kind=kind))
    if kind == "vc":
        validation.validate_credential(document, accept_v1=kind in claims)
        method = sources.issuer_key(validation.issuer_id(document), parsed.header)
    else:
        validation.validate_presentation(document, accept_v1=kind in claims)
        method = _holder_key(document, parsed, claims=claims, sources=sources)
    try:
        jws.verify(parsed, key=method.public_key, typ=None)
    except InvalidSignatureError as error:
        raise InvalidSignedTokenError("This token was changed, or its signature is another's.") from error
    _require_current(claims, now=now)
    return VerifiedToken(document, method, claims)


def read(token: str, *, kind: Kind) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The document in a token, and the claims beside it; nothing in them is to be believed."""
    parsed = jws.parse(token)
    claims = parsed.claims()
    return _document(claims, kind=kind, typ=_typ(parsed, kind=kind)), claims


def require_binding(claims: Mapping[str, Any], *, audience: str | None, nonce: str | None) -> None:
    """Raise unless a presentation was made for that audience and that request; None asks for none."""
    if audience is not None and claims.get("aud") not in (audience, [audience]):
        raise BindingMismatchError("This was made for somebody else.", code="INVALID_DOMAIN_ERROR")
    if nonce is not None and claims.get("nonce") != nonce:
        raise BindingMismatchError("This was made for another request.", code="INVALID_CHALLENGE_ERROR")


def _typ(parsed: UnverifiedJws, *, kind: Kind) -> str:
    """The token's type; one that is for something else is refused, so that it cannot serve as a document."""
    name = jws.media_type(parsed.header.get("typ", "JWT"))
    if name not in ("jwt", f"{kind}+jwt"):
        raise MalformedInputError(f"A token of type {kind}+jwt was expected.")
    return name


def _document(claims: Mapping[str, Any], *, kind: Kind, typ: str) -> dict[str, Any]:
    """The document, without members that are null; a subject's claims stay as they are."""
    if kind not in claims:
        document = {name: value for name, value in claims.items() if name not in REGISTERED}
    elif typ == f"{kind}+jwt" or not isinstance(claims[kind], Mapping):
        raise MalformedInputError(f"The claim {kind} has no place in a token of type {kind}+jwt.")
    else:
        document = version_1_1.decode_claims(claims, kind=kind)
    _require_agreement(document, claims, kind=kind)
    return {
        name: part if name == "credentialSubject" else strict_json.without_nulls(part)
        for name, part in document.items()
    }


def _require_agreement(document: Mapping[str, Any], claims: Mapping[str, Any], *, kind: Kind) -> None:
    """Registered claims say the same as the document, or nothing (§3.1.3, §4.1.2)."""
    speaker = document.get("issuer" if kind == "vc" else "holder")
    subject = document.get("credentialSubject")
    if isinstance(subject, list) and len(subject) == 1:
        subject = subject[0]
    said = {
        "iss": speaker.get("id") if isinstance(speaker, Mapping) else speaker,
        "jti": document.get("id"),
        "sub": subject.get("id") if isinstance(subject, Mapping) else None,
    }
    for claim, value in said.items():
        if value is not None and claims.get(claim, value) != value:
            raise InvalidSignedTokenError(f"The claim {claim} of this token contradicts the document in it.")


def _holder_key(
    document: Mapping[str, Any], parsed: UnverifiedJws, *, claims: Mapping[str, Any], sources: Sources
) -> VerificationMethod:
    """The key of whoever presents: the holder's where the document names one, and that of `iss` beside it."""
    kid = parsed.header.get("kid")
    if not isinstance(kid, str):
        raise InvalidSignedTokenError("The token of a presentation names its holder's key.")
    named = [validation.holder_id(document)] if "holder" in document else []
    speaker = named[0] if named else claims.get("iss")
    if kid.startswith("#") and isinstance(speaker, str):  # relative to whoever speaks (§4.1.1)
        kid = speaker + kid
    method = sources.method(key_url(kid), purpose="authentication")
    if any(name != method.controller for name in (*named, claims.get("iss", method.controller))):
        raise InvalidSignedTokenError("This presentation was signed by somebody else than its holder.")
    return method


def _require_current(claims: Mapping[str, Any], *, now: datetime) -> None:
    seconds, skew = now.timestamp(), CLOCK_SKEW.total_seconds()
    for name in ("nbf", "iat"):
        begins = numeric_date.parse_numeric_date(claims, name)
        if begins is not None and begins > seconds + skew:
            raise NotYetValidError("This token is not valid yet.")
    ends = numeric_date.parse_numeric_date(claims, "exp")
    if ends is not None and ends + skew <= seconds:
        raise ExpiredError("This token is no longer valid.")
