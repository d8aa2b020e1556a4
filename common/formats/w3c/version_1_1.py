"""JWTs of version 1.1 of the data model as its documents (VC Data Model 1.1 §6.3.1, JWT decoding).

The document stands under `vc` or `vp`; registered claims say part of it, alone or again. Where a time stands
twice, the narrower counts.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

from common.encoding import numeric_date
from common.errors import SelloError
from common.formats.w3c.envelopes import CREDENTIAL, envelop
from common.rdf.contexts import CREDENTIALS_V1
from common.vcdm import times, validation

Kind = Literal["vc", "vp"]
_SPEAKER: Final = {"vc": "issuer", "vp": "holder"}


def decode_claims(claims: Mapping[str, Any], *, kind: Kind) -> dict[str, Any]:
    """The document of a token: whether its claims agree with it is the caller's question."""
    document = {name: value for name, value in claims[kind].items() if value is not None}
    if "iss" in claims:
        document[_SPEAKER[kind]] = _identified(document.get(_SPEAKER[kind], claims["iss"]), claims["iss"])
    if "id" not in document and validation.is_url(claims.get("jti")):
        document["id"] = claims["jti"]
    if kind == "vp":
        return _with_envelopes(document)
    if "sub" in claims and "credentialSubject" in document:
        document["credentialSubject"] = _subject(document["credentialSubject"], claims["sub"])
    contexts = document.get("@context")
    old = isinstance(contexts, list) and contexts[:1] == [CREDENTIALS_V1]
    begins, ends = ("issuanceDate", "expirationDate") if old else ("validFrom", "validUntil")
    _narrow(document, begins, numeric_date.read_datetime(claims, "nbf"), later=True)
    _narrow(document, ends, numeric_date.read_datetime(claims, "exp"), later=False)
    return document


def _identified(said: object, identifier: object) -> object:
    """An issuer, holder or subject with the identifier that a claim gives, where it has none of its own."""
    return {**said, "id": identifier} if isinstance(said, Mapping) and said.get("id") is None else said


def _subject(said: object, identifier: object) -> object:
    """The one subject, alone or in a list; of several none is told which is meant."""
    if isinstance(said, list):
        return [_identified(said[0], identifier)] if len(said) == 1 else said
    return _identified(said, identifier)


def _narrow(document: dict[str, Any], name: str, moment: datetime | None, *, later: bool) -> None:
    """Set a time of the document by a claim, unless the document's own is as narrow."""
    if moment is None:
        return
    try:
        own = times.parse(document[name], zoned=False) if name in document else None
    except SelloError:
        return  # the document is refused for it
    if own is None or (moment > own if later else moment < own):
        document[name] = times.write(moment)


def _with_envelopes(document: dict[str, Any]) -> dict[str, Any]:
    """A presentation whose tokens, in a list or alone, stand in envelopes."""
    if "verifiableCredential" not in document:
        return document
    shown = document["verifiableCredential"]
    return document | {
        "verifiableCredential": [
            envelop(entry, kind=CREDENTIAL) if isinstance(entry, str) else entry
            for entry in (shown if isinstance(shown, list) else [shown])
        ]
    }
