"""How a type of SD-JWT VCs wants to be drawn (SD-JWT VC §5.5.1): by the simple method.

Images count as they are embedded: one that lies at an address would tell its server who looks at a card, and
when. SVG templates are somebody else's drawings with a person's data in them; they are passed over.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from common.errors import SelloError
from common.formats.sd_jwt.type_resolution import check_integrity

MAX_LOGO: Final = 60_000  # characters of a data URI
_COLOUR: Final = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_LOGO: Final = re.compile(r"data:image/(?:png|jpeg|webp);base64,([A-Za-z0-9+/]+=*)")


@dataclass(frozen=True, slots=True)
class Simple:
    """A colour, `#rgb` or `#rrggbb`, and a logo, a data URI of PNG, JPEG or WebP; empty where none is."""

    background: str = ""
    logo: str = ""


def parse_simple(rendering: Mapping[str, Any]) -> Simple:
    """What `rendering.simple` says that is taken here; what is not understood is left out."""
    simple = rendering.get("simple")
    if not isinstance(simple, Mapping):
        return Simple()
    colour, logo = simple.get("background_color"), simple.get("logo")
    background = colour if isinstance(colour, str) and _COLOUR.fullmatch(colour) else ""
    return Simple(background, _logo(logo) if isinstance(logo, Mapping) else "")


def _logo(logo: Mapping[str, Any]) -> str:
    """The logo's data URI, if its bytes are those of `uri#integrity` (§6)."""
    uri = logo.get("uri")
    if not isinstance(uri, str) or len(uri) > MAX_LOGO or (embedded := _LOGO.fullmatch(uri)) is None:
        return ""
    try:
        content = base64.b64decode(embedded[1], validate=True)
        if "uri#integrity" in logo:
            check_integrity(content, logo["uri#integrity"])
    except (binascii.Error, SelloError):
        return ""
    return uri
