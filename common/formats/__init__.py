"""Securing formats: one dict, by OpenID4VCI format identifier."""

from typing import Final

from common.formats.base import Format
from common.formats.sd_jwt_vc import SdJwtVc

FORMATS: Final[dict[str, Format]] = {
    "dc+sd-jwt": SdJwtVc(),
}
