"""Enveloped credentials and presentations: tokens in `data:` URLs (VC Data Model 2.0 §4.13.2, §4.13.3)."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from common.errors import MalformedInputError, UnknownPartError
from common.formats.base import Secured
from common.rdf.contexts import CREDENTIALS_V2

CREDENTIAL: Final = "EnvelopedVerifiableCredential"
PRESENTATION: Final = "EnvelopedVerifiablePresentation"
# What is understood inside; the last is what those wrote who were early.
MEDIA_TYPES: Final = {
    CREDENTIAL: ("application/vc+jwt", "application/jwt"),
    PRESENTATION: ("application/vp+jwt", "application/jwt"),
}


class MalformedEnvelopeError(MalformedInputError):
    """An envelope that is none."""

    code = "PARSING_ERROR"


def is_envelope(document: Mapping[str, Any]) -> bool:
    """Whether an object says that it is an envelope; `open_envelope` sees whether it is."""
    value = document.get("type")
    return any(kind in (value if isinstance(value, list) else [value]) for kind in MEDIA_TYPES)


def unwrap_envelope(secured: Secured) -> Secured:
    """What an envelope holds, of whichever kind it is; anything else as it is."""
    if not isinstance(secured, Mapping) or not is_envelope(secured):
        return secured
    value = secured["type"]
    kinds = [kind for kind in MEDIA_TYPES if kind in (value if isinstance(value, list) else [value])]
    return open_envelope(secured, kind=kinds[0])


def envelop(token: str, *, kind: str) -> dict[str, Any]:
    """A token as an object that stands where credentials or presentations stand."""
    return {
        "@context": [CREDENTIALS_V2],
        "id": f"data:{MEDIA_TYPES[kind][0]},{token}",
        "type": kind,
    }


def open_envelope(document: Mapping[str, Any], *, kind: str) -> str:
    """The token in an envelope of that kind (RFC 2397 for the URL)."""
    contexts = document.get("@context")
    if CREDENTIALS_V2 not in (contexts if isinstance(contexts, list) else [contexts]):
        raise MalformedEnvelopeError(f"An envelope's context is {CREDENTIALS_V2}.")
    if document.get("type") not in (kind, [kind]):
        raise MalformedEnvelopeError(f"The type of this envelope is {kind} and nothing else.")
    identifier = document.get("id")
    head, comma, data = identifier.partition(",") if isinstance(identifier, str) else ("", "", "")
    media_type, *parameters = (part.strip().lower() for part in head[5:].split(";"))
    if not (head[:5].lower() == "data:" and comma):
        raise MalformedEnvelopeError("An envelope is named by the data: URL of what it holds.")
    if media_type not in MEDIA_TYPES[kind]:
        raise UnknownPartError("enveloped media type", media_type, MEDIA_TYPES[kind])
    data = unquote(data)
    if "base64" not in parameters:
        return data
    try:
        return base64.b64decode(data, validate=True).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise MalformedEnvelopeError("The data: URL of this envelope is not base64.") from error
