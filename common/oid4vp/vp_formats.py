"""`vp_formats_supported` (OpenID4VP §11.1, Appendix B): what is understood here, said alike by both ends."""

from collections.abc import Mapping
from typing import Any, Final

from common.formats import FORMATS

VP_FORMATS: Final[dict[str, Mapping[str, Any]]] = {
    name: format_.traits.vp_format for name, format_ in FORMATS.items() if format_.traits.vp_format
}
