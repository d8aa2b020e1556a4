"""Which format a secured text or object has, told by its shape alone."""

from collections.abc import Mapping

from common.errors import MalformedInputError
from common.formats import FORMATS
from common.formats.base import Format, Secured
from common.formats.traits import Kind
from common.formats.w3c import envelopes


def find_format(secured: Secured) -> tuple[str, Format, Kind]:
    """The format's identifier, the format, and whether this is a credential or a presentation of it.

    Raises `MalformedInputError` where no format knows the shape, with what the one says that came nearest.
    """
    if isinstance(secured, Mapping) and envelopes.is_envelope(secured):
        return find_format(envelopes.unwrap_envelope(secured))
    fault = MalformedInputError(
        f"This is neither a credential nor a presentation of a known format; known: {', '.join(FORMATS)}."
    )
    for name, format_ in FORMATS.items():
        try:
            kind = format_.detect(secured)
        except MalformedInputError as error:
            fault = error
            continue
        if kind is not None:
            return name, format_, kind
    raise fault
