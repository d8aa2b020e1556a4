"""Which format a secured text or object has, told by its shape alone."""

from collections.abc import Mapping
from typing import Literal

from common.errors import MalformedInput, UnknownPart
from common.formats import FORMATS
from common.formats.base import Format, Secured
from common.formats.mdoc import compact as mdoc

Kind = Literal["credential", "presentation"]


def find_format(secured: Secured) -> tuple[str, Format, Kind]:
    """The format's identifier, the format, and whether this is a credential or a presentation of it."""
    name, kind = _shape(secured)
    if name not in FORMATS:
        raise UnknownPart("format", name, FORMATS)
    return name, FORMATS[name], kind


def _shape(secured: Secured) -> tuple[str, Kind]:
    if isinstance(secured, Mapping):
        if "proof" not in secured:
            raise MalformedInput("This JSON object has no proof: it is not a secured credential.")
        types = secured.get("type")
        names = types if isinstance(types, list) else [types]
        return "ldp_vc", "presentation" if "VerifiablePresentation" in names else "credential"
    if "~" in secured:
        return "dc+sd-jwt", "credential" if secured.endswith("~") else "presentation"
    if secured.count(".") == 2:
        return "vc+jwt", "credential"
    try:
        return "mso_mdoc", mdoc.parse(secured)[0]
    except MalformedInput as error:
        raise MalformedInput(
            "This is neither a credential nor a presentation of a known format.", detail=error.public
        ) from error
