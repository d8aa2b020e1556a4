"""Securing formats: one dict, by OpenID4VCI format identifier."""

from typing import Final

from common.formats.base import Format
from common.formats.data_integrity.ldp_vc import LdpVc
from common.formats.mdoc import Mdoc
from common.formats.sd_jwt_vc import SdJwtVc

FORMATS: Final[dict[str, Format]] = {
    "ldp_vc": LdpVc(),
    "dc+sd-jwt": SdJwtVc(),
    "mso_mdoc": Mdoc(),
}
