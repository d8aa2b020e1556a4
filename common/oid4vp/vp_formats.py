"""`vp_formats_supported` (OpenID4VP §11.1, Appendix B): what is understood here, said alike by both ends."""

from collections.abc import Mapping
from typing import Any, Final

from common.formats.data_integrity import SUITES
from common.formats.data_integrity.suite import PROOF_TYPE
from common.keys import cose
from common.keys.public_key import CURVES, FULLY_SPECIFIED

JOSE_ALGORITHMS: Final = [*(curve.algorithm for curve in CURVES.values()), *FULLY_SPECIFIED]
COSE_ALGORITHMS: Final = [number for numbers in cose.ALGORITHMS.values() for number in numbers]
VP_FORMATS: Final[dict[str, Mapping[str, Any]]] = {
    "dc+sd-jwt": {"sd-jwt_alg_values": JOSE_ALGORITHMS, "kb-jwt_alg_values": JOSE_ALGORITHMS},
    "jwt_vc_json": {"alg_values": JOSE_ALGORITHMS},
    "mso_mdoc": {"issuerauth_alg_values": COSE_ALGORITHMS, "deviceauth_alg_values": COSE_ALGORITHMS},
    "ldp_vc": {"proof_type_values": [PROOF_TYPE], "cryptosuite_values": list(SUITES)},
}
