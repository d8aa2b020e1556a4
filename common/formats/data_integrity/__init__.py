"""Data Integrity: a proof pipeline, and one module a cryptosuite."""

from typing import Final

from common.formats.data_integrity import (
    ecdsa_jcs_2019,
    ecdsa_rdfc_2019,
    ecdsa_sd_2023,
    eddsa_jcs_2022,
    eddsa_rdfc_2022,
)
from common.formats.data_integrity.suite import Cryptosuite

SUITES: Final[dict[str, Cryptosuite]] = {
    eddsa_rdfc_2022.NAME: eddsa_rdfc_2022,
    eddsa_jcs_2022.NAME: eddsa_jcs_2022,
    ecdsa_rdfc_2019.NAME: ecdsa_rdfc_2019,
    ecdsa_jcs_2019.NAME: ecdsa_jcs_2019,
    ecdsa_sd_2023.NAME: ecdsa_sd_2023,
}
# What a key signs with where nobody says which suite.
SUITE_OF_CURVE: Final = {
    "Ed25519": eddsa_rdfc_2022.NAME,
    "P-256": ecdsa_rdfc_2019.NAME,
    "P-384": ecdsa_rdfc_2019.NAME,
}
