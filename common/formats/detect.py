"""Which format a secured text or object has, told by its shape alone."""

from collections.abc import Mapping
from typing import Literal

from common.errors import MalformedInputError, UnknownPartError
from common.formats import FORMATS
from common.formats.base import Format, Secured
from common.formats.mdoc import compact as mdoc
from common.formats.w3c import envelopes
from common.keys import jws

Kind = Literal["credential", "presentation"]


def find_format(secured: Secured) -> tuple[str, Format, Kind]:
    """The format's identifier, the format, and whether this is a credential or a presentation of it."""
    name, kind = _shape(secured)
    if name not in FORMATS:
        raise UnknownPartError("format", name, FORMATS)
    return name, FORMATS[name], kind


def _shape(secured: Secured) -> tuple[str, Kind]:
    if isinstance(secured, Mapping):
        if envelopes.is_envelope(secured):
            return _shape(envelopes.unwrap_envelope(secured))
        if "proof" not in secured:
            raise MalformedInputError("This JSON object has no proof: it is not a secured credential.")
        names = _names(secured.get("type"))
        return "ldp_vc", "presentation" if "VerifiablePresentation" in names else "credential"
    if "~" in secured:
        return "dc+sd-jwt", "credential" if secured.endswith("~") else "presentation"
    if secured.count(".") == 2:
        return _token(secured)
    try:
        return "mso_mdoc", mdoc.parse(secured)[0]
    except MalformedInputError as error:
        raise MalformedInputError(
            "This is neither a credential nor a presentation of a known format.", detail=error.public
        ) from error


def _token(secured: str) -> tuple[str, Kind]:
    """A token of the data model: by its type, else by what it holds (VC-JOSE-COSE §6.1)."""
    parsed = jws.parse(secured)
    claims, typ = parsed.claims(), jws.media_type(parsed.header.get("typ"))
    name = "vc+jwt" if typ in ("vc+jwt", "vp+jwt") else "jwt_vc_json"
    if typ == "vp+jwt" or "vp" in claims or "VerifiablePresentation" in _names(claims.get("type")):
        return name, "presentation"
    if typ == "vc+jwt" or "vc" in claims or "VerifiableCredential" in _names(claims.get("type")):
        return name, "credential"
    raise MalformedInputError("This token holds neither a credential nor a presentation.")


def _names(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
