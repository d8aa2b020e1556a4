"""The shape of credentials and presentations (W3C VC Data Model 2.0 §4; 1.1 for what older issuers made).

Structure only: signatures, validity at a given hour and trust are asked elsewhere. A property that the data
model does not name is left to the contexts of the document.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from common.errors import SelloError
from common.rdf.contexts import CREDENTIALS_V1, CREDENTIALS_V2
from common.vcdm import times

_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]+\Z")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*\Z")  # BCP 47, as far as its syntax goes
_TEXT_MEMBERS: Final = frozenset({"@value", "@language", "@direction"})
_V1_TYPED: Final = ("credentialStatus", "termsOfUse", "evidence", "refreshService", "proof")
_TYPED: Final = {
    CREDENTIALS_V2: (*_V1_TYPED, "renderMethod", "confidenceMethod"),
    CREDENTIALS_V1: _V1_TYPED,
}
_IDENTIFIED: Final = ("credentialSchema",)  # §4.11: type and id
_TIMES: Final = {
    CREDENTIALS_V2: (("validFrom",), ("validUntil",)),
    CREDENTIALS_V1: (("issuanceDate", "validFrom"), ("expirationDate", "validUntil")),
}


class MalformedDocumentError(SelloError):
    """A document that the data model does not allow (§7.2); `detail` names the property, never its value."""

    code = "MALFORMED_VALUE_ERROR"


def validate_credential(document: Mapping[str, Any], *, accept_v1: bool = False) -> None:
    """Check a credential (§4.2 to §4.12), secured or not; 1.1 only where it is accepted."""
    found = _head(document, "VerifiableCredential", accept_v1=accept_v1)
    if "issuer" not in document:
        raise MalformedDocumentError("A credential names its issuer.", detail="issuer")
    _identified(document["issuer"], "issuer")
    if found == CREDENTIALS_V1 and "issuanceDate" not in document:
        raise MalformedDocumentError(
            "A credential of version 1.1 says when it was issued.", detail="issuanceDate"
        )
    validity(document)
    for subject in subjects(document):
        if "id" in subject:
            _url(subject["id"], "credentialSubject.id")
    for name in _TYPED[found] + _IDENTIFIED:
        for entry in entries(document, name):
            _types(entry, name)
            if "id" in entry or name in _IDENTIFIED:
                _url(entry.get("id"), f"{name}.id")
    if found == CREDENTIALS_V2:
        _related_resources(document)


def validate_as_read(document: Mapping[str, Any], *, shown: Mapping[str, Any]) -> None:
    """Check a credential as its statements say it: it is one, by the issuer that the JSON `shown` names."""
    validate_credential(document, accept_v1=True)
    if issuer_id(document) != issuer_id(shown):
        raise MalformedDocumentError("A credential has one issuer.", detail="issuer")


def validate_presentation(document: Mapping[str, Any], *, accept_v1: bool = False) -> None:
    """Check a presentation (§4.13); the credentials in it are checked one by one elsewhere."""
    _head(document, "VerifiablePresentation", accept_v1=accept_v1)
    if "holder" in document:
        _identified(document["holder"], "holder")
    entries(document, "verifiableCredential")
    for name in ("proof", "termsOfUse"):
        for entry in entries(document, name):
            _types(entry, name)


def issuer_id(document: Mapping[str, Any]) -> str:
    """The issuer's identifier, written plain or as an object (§4.7)."""
    return _identified(document.get("issuer"), "issuer")


def holder_id(document: Mapping[str, Any]) -> str:
    """The holder's identifier, written plain or as an object (§4.13)."""
    return _identified(document.get("holder"), "holder")


def validity(document: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    """From when and until when a credential holds (§4.9; in 1.1 issuanceDate and expirationDate too)."""
    starts, ends = _TIMES[document["@context"][0]]
    zoned = version(document) == CREDENTIALS_V2  # 1.1 §4.6 asks for a dateTime alone

    def moments(names: Sequence[str]) -> list[datetime]:
        return [times.parse(document[name], zoned=zoned) for name in names if name in document]

    begin, end = max(moments(starts), default=None), min(moments(ends), default=None)
    if begin and end and end < begin:
        raise MalformedDocumentError("This credential ends before it begins.", detail=ends[0])
    return begin, end


def subjects(document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Those a credential speaks of; at least one (§4.8)."""
    found = entries(document, "credentialSubject")
    if not found:
        raise MalformedDocumentError("A credential says something of a subject.", detail="credentialSubject")
    return found


def entries(document: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    """The objects of a property that holds one or several; absent is none, an empty list an error."""
    if name not in document:
        return ()
    value = document[name]
    found = value if isinstance(value, list) else [value]
    if not found or not all(isinstance(entry, Mapping) and entry for entry in found):
        raise MalformedDocumentError("An object, or a list of objects, was expected.", detail=name)
    return found


def version(document: Mapping[str, Any]) -> str:
    """The base context, by which a validated document says its version of the data model."""
    return str(document["@context"][0])


def _head(document: Mapping[str, Any], kind: str, *, accept_v1: bool) -> str:
    """What credentials and presentations share: contexts, type, id, names (§4.3 to §4.6)."""
    if not isinstance(document, Mapping):
        raise MalformedDocumentError("A JSON object was expected.")
    contexts = document.get("@context")
    known = (CREDENTIALS_V2, CREDENTIALS_V1) if accept_v1 else (CREDENTIALS_V2,)
    if not isinstance(contexts, list) or not contexts or contexts[0] not in known:
        raise MalformedDocumentError(f"The first context is {known[0]}.", detail="@context")
    if not all(isinstance(entry, Mapping) or is_url(entry) for entry in contexts):
        raise MalformedDocumentError("A context is a URL or an object.", detail="@context")
    if kind not in _types(document, "document"):
        raise MalformedDocumentError(f"A {kind} was expected.", detail="type")
    if "id" in document:
        _url(document["id"], "id")
    if version(document) == CREDENTIALS_V2:
        _names(document)
    return version(document)


def _names(document: Mapping[str, Any]) -> None:
    """Name and description of a document and of its issuer (§4.6), for which 1.1 has no rule."""
    owners = [document, document["issuer"]] if isinstance(document.get("issuer"), Mapping) else [document]
    for owner in owners:
        for name in ("name", "description"):
            if name in owner:
                _text(owner[name], name)


def _types(entry: Mapping[str, Any], name: str) -> Sequence[str]:
    value = entry.get("type")
    found: list[Any] = value if isinstance(value, list) else [value]
    if not found or not all(isinstance(item, str) and item for item in found):
        raise MalformedDocumentError("A type was expected.", detail=f"{name}.type")
    return found


def _identified(value: object, name: str) -> str:
    return _url(value.get("id") if isinstance(value, Mapping) else value, name)


def is_url(value: object) -> bool:
    """Whether a value is an absolute URL (§4.4)."""
    return isinstance(value, str) and _URL.match(value) is not None


def _url(value: object, name: str) -> str:
    if not isinstance(value, str) or not is_url(value):
        raise MalformedDocumentError("A URL was expected.", detail=name)
    return value


def _text(value: object, name: str) -> None:
    """A name or description: text, or text with its language and direction, once a language (§11.1)."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Mapping):
            ok = "@value" in item and set(item) <= _TEXT_MEMBERS
            ok = ok and all(isinstance(part, str) for part in item.values())
            ok = ok and item.get("@direction", "ltr") in ("ltr", "rtl")
            ok = ok and _LANGUAGE.match(item.get("@language", "und")) is not None
        else:
            ok = isinstance(item, str)
        if not ok:
            raise MalformedDocumentError("A text, or a text with its language, was expected.", detail=name)


def _related_resources(document: Mapping[str, Any]) -> None:
    """Each resource once, with a digest (§5.3); whether it is the resource's own, `related` asks."""
    seen: set[str] = set()
    for entry in entries(document, "relatedResource"):
        url = _url(entry.get("id"), "relatedResource.id")
        if url in seen or not ("digestSRI" in entry or "digestMultibase" in entry):
            raise MalformedDocumentError(
                "A related resource stands once, with its digest.", detail="relatedResource"
            )
        if not isinstance(entry.get("mediaType", ""), str):
            raise MalformedDocumentError("A media type is a text.", detail="relatedResource.mediaType")
        seen.add(url)
