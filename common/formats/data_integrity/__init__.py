"""Data Integrity: a proof pipeline, and one module a cryptosuite."""

from typing import Final

from common.formats.data_integrity import ecdsa_sd_2023
from common.formats.data_integrity.jcs_suites import ECDSA_JCS_2019, EDDSA_JCS_2022
from common.formats.data_integrity.rdfc_suites import ECDSA_RDFC_2019, EDDSA_RDFC_2022
from common.formats.data_integrity.suite import Cryptosuite

SUITES: Final[dict[str, Cryptosuite]] = {
    suite.NAME: suite
    for suite in (EDDSA_RDFC_2022, EDDSA_JCS_2022, ECDSA_RDFC_2019, ECDSA_JCS_2019, ecdsa_sd_2023)
}
# What a key signs with where nobody says which suite.
SUITE_OF_CURVE: Final = {
    "Ed25519": EDDSA_RDFC_2022.NAME,
    "P-256": ECDSA_RDFC_2019.NAME,
    "P-384": ECDSA_RDFC_2019.NAME,
}
