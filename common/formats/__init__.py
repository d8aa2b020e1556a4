"""Securing formats: one dict, by OpenID4VCI format identifier."""

from typing import Final

from common.formats import vc_jwt
from common.formats.base import Format
from common.formats.data_integrity.ldp_vc import LdpVc
from common.formats.mdoc.mso_mdoc import Mdoc
from common.formats.sd_jwt_vc import SdJwtVc
from common.formats.vc_jwt import VcJwt

FORMATS: Final[dict[str, Format]] = {
    "ldp_vc": LdpVc(),
    "dc+sd-jwt": SdJwtVc(),
    "mso_mdoc": Mdoc(),
    "vc+jwt": VcJwt(vc_jwt.JOSE),
    "jwt_vc_json": VcJwt(vc_jwt.OPENID),
}
USUAL: Final = ("ldp_vc", "dc+sd-jwt")  # of a credential type that names none
