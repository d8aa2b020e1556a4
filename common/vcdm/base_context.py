"""Digests of the base context `https://www.w3.org/ns/credentials/v2` (VC Data Model 2.0 §B.1)."""

from typing import Final

from common.vcdm.related_resources import Known

RECOMMENDATION: Final = Known.by(
    "sha256-WZVc7WaX1h4D8rJVb+vlMIqxaEKEb1tYbX8fet7JJzQ=",
    "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU",
)
# Its last draft, which the test suite of the data model still names.
DRAFT: Final = Known.by(
    "sha256-JKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k=",
    "sha384-NSOcNpmdIVUxIJGvGUoe22FjTWrXiaXlsZ8q6912LdnR3KraQO2n75Ica4wK4Qeg",
)
