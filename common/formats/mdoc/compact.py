"""How an mdoc travels in OpenID4VC: CBOR as base64url text (OpenID4VCI A.2.4, OpenID4VP B.2.5)."""

from typing import Any, Final, Literal

from common.encoding import base64url, cbor
from common.errors import MalformedInputError
from common.formats.base import Secured

MAX_LENGTH: Final = 1_300_000  # of the text: just below a megabyte of CBOR
Kind = Literal["credential", "presentation"]


def parse(secured: Secured) -> tuple[Kind, dict[str, Any]]:
    """Whether this is an IssuerSigned or a DeviceResponse, and its members; anything else is an error."""
    if not isinstance(secured, str) or len(secured) > MAX_LENGTH:
        raise MalformedInputError("An mdoc is a text of base64url.")
    value = cbor.decode(base64url.decode(secured.rstrip("=")), tags=None)
    if isinstance(value, dict) and "issuerAuth" in value:
        return "credential", value
    if isinstance(value, dict) and "documents" in value:
        return "presentation", value
    raise MalformedInputError("This CBOR is neither an mdoc nor a presentation of one.")


def serialize(data: bytes) -> str:
    """The text of an IssuerSigned or a DeviceResponse."""
    return base64url.encode(data)
