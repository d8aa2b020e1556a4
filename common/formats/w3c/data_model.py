"""Documents of the W3C data model: built before they are signed, and read once the signature holds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from common.formats.base import (
    ExpiredError,
    Holder,
    InvalidCredentialError,
    NotYetValidError,
    VerifiedCredential,
)
from common.formats.w3c import status_entries
from common.rdf.contexts import CREDENTIALS_V2
from common.vcdm import times, validation
from common.vcdm.credential import Credential


def verified_credential(
    document: Mapping[str, Any],
    *,
    format_: str,
    key_id: str,
    types: tuple[str, ...],
    now: datetime,
    bound_to: str | None = None,
    certificates: tuple[bytes, ...] = (),
    written: Mapping[str, Any] | None = None,
) -> VerifiedCredential:
    """The credential in a document, if it is valid now and speaks of one subject (VC Data Model 2.0 §4).

    `bound_to` is the subject that a token names beside its document; the document's own comes first.
    `written` is the JSON from which it was read, where that is not the document itself.
    """
    valid_from, valid_until = validation.validity(document)
    if valid_from is not None and now < valid_from:
        raise NotYetValidError("This credential is not valid yet.")
    if valid_until is not None and now > valid_until:
        raise ExpiredError("This credential has expired.")
    subjects = validation.subjects(document)
    if len(subjects) != 1:
        raise InvalidCredentialError("A credential about several subjects is not accepted.")
    return VerifiedCredential(
        format=format_,
        id=document.get("id"),
        issuer=validation.issuer_id(document),
        key_id=key_id,
        types=types,
        document=document,
        claims={name: value for name, value in subjects[0].items() if name != "id"},
        subject=subjects[0].get("id", bound_to),
        holder_key=None,
        valid_from=valid_from,
        valid_until=valid_until,
        status=status_entries.parse(document),
        certificates=certificates,
        written=document if written is None else written,
    )


def create_unsecured(credential: Credential, *, holder: Holder | None) -> dict[str, Any]:
    """The unsecured document of a credential (VC Data Model 2.0 §4)."""
    subject = {name: value for name, value in credential.claims.items() if name != "id"}
    document: dict[str, Any] = {
        "@context": [CREDENTIALS_V2, *credential.context],
        "id": credential.id,
        "type": ["VerifiableCredential", credential.type],
        "issuer": (
            {"id": credential.issuer, "name": credential.issuer_name}
            if credential.issuer_name
            else credential.issuer
        ),
        "validFrom": times.write(credential.valid_from),
        "credentialSubject": {"id": holder.did, **subject} if holder else subject,
    }
    if credential.valid_until is not None:
        document["validUntil"] = times.write(credential.valid_until)
    if credential.name:
        document["name"] = credential.name
    if credential.schema is not None:
        document["credentialSchema"] = dict(credential.schema)
    if credential.status:
        document["credentialStatus"] = status_entries.create_status_entries(credential.status)
    return document
