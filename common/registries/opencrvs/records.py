"""What OpenCRVS asks of its credential issuer: an offer of an SD-JWT VC, and a JWT for paper.

OpenCRVS 2 (country configuration, verifiable-credentials) sends what a credential shall say with the request,
and placeholders for what only the issuer knows. A request that brings a private key is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from common.exchange import optional_members
from common.registries.connector import RegistryError
from common.vcdm.credential import ClaimPath

PRE_AUTHORIZED: Final = "PRE_AUTHORIZED"
UUID, NOW = "<uuid>", "<timestamp-seconds>"
TIMES: Final = ("iat", "nbf", "exp")
MEMBERS: Final = frozenset({"id", *TIMES})
REGISTRATION_NUMBERS: Final = ("registration_number", "registrationNumber", "rn", "brn")
MAX_DEPTH: Final = 8
_LATER: Final = re.compile(r"<timestamp-in-seconds:([1-9][0-9]{0,5})([smhd])>\Z")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class OpenCrvsRequestError(RegistryError):
    """A request that does not say, in OpenCRVS's words, what shall be issued."""

    code = "invalid_request"
    status = 400


@dataclass(frozen=True, slots=True)
class Mapped:
    """What `mapping` asks for: whether the credential bears its own number, and for how long it holds."""

    numbered: bool = False
    lifetime: timedelta | None = None


@dataclass(frozen=True, slots=True)
class OfferRequest:
    """`POST …/openid4vc/sdjwt/issue`; `disclosable` are the claims that the holder may show one by one."""

    issuer: str
    configuration: str
    claims: Mapping[str, Any] = field(repr=False)
    disclosable: tuple[ClaimPath, ...]
    mapped: Mapped


@dataclass(frozen=True, slots=True)
class SignRequest:
    """`POST …/raw/jwt/sign`: types and subject of a credential without a holder's key."""

    issuer: str
    subject: str
    types: tuple[str, ...]
    claims: Mapping[str, Any] = field(repr=False)
    mapped: Mapped


def parse_offer_request(body: Any) -> OfferRequest:
    """Read `issuerDid, credentialConfigurationId, credentialData, mapping, authenticationMethod, …`."""
    body = _said(body)
    if body.get("authenticationMethod", PRE_AUTHORIZED) != PRE_AUTHORIZED:
        raise OpenCrvsRequestError(f"authenticationMethod is {PRE_AUTHORIZED}.")
    return OfferRequest(
        issuer=_text(body, "issuerDid"),
        configuration=_text(body, "credentialConfigurationId"),
        claims=_known(_object(body, "credentialData")),
        disclosable=_disclosable(body.get("selectiveDisclosure", {})),
        mapped=parse_offer_mapping(body.get("mapping", {})),
    )


def parse_sign_request(body: Any) -> SignRequest:
    """Read `issuerDid, subjectDid, credentialData, mapping`; the data has a type and a subject."""
    body = _said(body)
    data = _object(body, "credentialData")
    types = data.get("type", data.get("@type"))
    types = [types] if isinstance(types, str) else types
    if not isinstance(types, list) or not types or not all(isinstance(t, str) and t for t in types):
        raise OpenCrvsRequestError("credentialData has a type, VerifiableCredential and another.")
    if unknown := set(data) - {"@context", "type", "@type", "credentialSubject", "id", "issuer"}:
        raise OpenCrvsRequestError(f"credentialData has members that are not known: {_names(unknown)}.")
    claims = _known(_object(data, "credentialSubject"))
    return SignRequest(
        issuer=_text(body, "issuerDid"),
        subject=_text(body, "subjectDid"),
        types=tuple(types),
        claims={name: value for name, value in claims.items() if name != "id"},
        mapped=parse_offer_mapping(body.get("mapping", {})),
    )


def parse_offer_mapping(mapping: Any) -> Mapped:
    """Placeholders: `id` is `<uuid>`; `iat` and `nbf` are now; `exp` is `<timestamp-in-seconds:365d>`."""
    if not isinstance(mapping, Mapping):
        raise OpenCrvsRequestError("mapping is an object.")
    if unknown := set(mapping) - MEMBERS:
        raise OpenCrvsRequestError(f"mapping fills in {_names(MEMBERS)}, and not {_names(unknown)}.")
    if mapping.get("id", UUID) != UUID:
        raise OpenCrvsRequestError(f"mapping.id is {UUID}.")
    for name in ("iat", "nbf"):
        if mapping.get(name, NOW) != NOW:
            raise OpenCrvsRequestError(f"mapping.{name} is {NOW}.")
    return Mapped(numbered="id" in mapping, lifetime=_lifetime(mapping["exp"]) if "exp" in mapping else None)


def registration_number(claims: Mapping[str, Any]) -> str:
    """The registry's own number of the record, by which an officer finds what was issued; perhaps empty."""
    for name in REGISTRATION_NUMBERS:
        value = claims.get(name)
        if isinstance(value, str) and 0 < len(value) <= 100:
            return value
    return ""


def times(mapped: Mapped, *, now: datetime) -> dict[str, int]:
    """The registered claims of a JWT for this moment (RFC 7519 §4.1)."""
    issued = int(now.timestamp())
    ends = {} if mapped.lifetime is None else {"exp": issued + int(mapped.lifetime.total_seconds())}
    return {"iat": issued, "nbf": issued, **ends}


def _lifetime(placeholder: Any) -> timedelta:
    found = _LATER.match(placeholder) if isinstance(placeholder, str) else None
    if found is None:
        raise OpenCrvsRequestError("mapping.exp is a time to come, as <timestamp-in-seconds:365d>.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _disclosable(frame: Any, *, above: ClaimPath = ()) -> tuple[ClaimPath, ...]:
    """The paths marked `sd`, those within others too (`children`); decoys are added here as always."""
    fields = frame.get("fields", {}) if isinstance(frame, Mapping) else None
    if not isinstance(fields, Mapping) or len(above) > MAX_DEPTH:
        raise OpenCrvsRequestError("selectiveDisclosure names fields, each with sd true or false.")
    paths: list[ClaimPath] = []
    for name, said in fields.items():
        if not isinstance(said, Mapping) or not isinstance(said.get("sd"), bool):
            raise OpenCrvsRequestError("selectiveDisclosure names fields, each with sd true or false.")
        here = (*above, name)
        paths += [here] if said["sd"] else []
        paths += _disclosable(said["children"], above=here) if "children" in said else ()
    return tuple(paths)


def _said(body: Any) -> Mapping[str, Any]:
    """The request without members that say nothing; it brings no key of its own."""
    if not isinstance(body, Mapping):
        raise OpenCrvsRequestError("A JSON object was expected.")
    if body.get("issuerKey") is not None:
        raise OpenCrvsRequestError("The authority signs with its own key; leave issuerKey out.")
    said: dict[str, Any] = optional_members.without_empty(body)
    return said


def _object(source: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = source.get(name)
    if not isinstance(value, Mapping) or not value:
        raise OpenCrvsRequestError(f"{name} is an object that is not empty.")
    return value


def _known(claims: Mapping[str, Any]) -> dict[str, Any]:
    """The claims whose value is known."""
    known: dict[str, Any] = optional_members.without_empty(claims)
    return known


def _text(source: Mapping[str, Any], name: str) -> str:
    value = source.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 500:
        raise OpenCrvsRequestError(f"{name} is a text that is not empty.")
    return value


def _names(names: Any) -> str:
    return ", ".join(sorted(map(str, names)))[:200]
