"""What the W3C's conformance suites are told of a site: their localConfig.cjs."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from common.did import did_web

AUTHORITY = "conformance"
VERSIONS = {"vc": ["1.1", "2.0"]}
STATUS = {"credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"}}
# One entry an issuer: the suite in its address, the curve of its did:key, and what the W3C's suites call it.
ISSUERS: tuple[tuple[str, str, list[str]], ...] = (
    ("eddsa-rdfc-2022", "Ed25519", ["vc2.0", "eddsa-rdfc-2022"]),
    ("eddsa-jcs-2022", "Ed25519", ["eddsa-jcs-2022"]),
    ("ecdsa-rdfc-2019", "P-256", ["ecdsa-rdfc-2019"]),
    ("ecdsa-rdfc-2019", "P-384", ["ecdsa-rdfc-2019"]),
    ("ecdsa-jcs-2019", "P-256", ["ecdsa-jcs-2019"]),
    ("ecdsa-jcs-2019", "P-384", ["ecdsa-jcs-2019"]),
    ("ecdsa-sd-2023", "P-256", ["ecdsa-sd-2023"]),
    ("vc+jwt", "P-256", ["EnvelopingProof"]),
    ("eddsa-rdfc-2022", "Ed25519", ["BitstringStatusList"]),
)
SUITES = ["eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", "ecdsa-jcs-2019", "ecdsa-sd-2023"]


def local_config(
    base: str, dids: Mapping[str, str], *, token: str = "", others: Sequence[Mapping[str, Any]] = ()
) -> str:
    """The suites' localConfig.cjs for this site: an issuer entry a suite, each named by its did:key.

    Issuers are asked with the operator's `token` where there is one. With `others`, entries of the same form,
    the suites try who agrees with whom.
    """
    operator = {"headers": {"Authorization": f"Bearer {token}"}} if token else {}
    issuers = [
        {
            "id": dids[curve],
            "endpoint": f"{base}/vc-api/issuers/{AUTHORITY}/{suite}/credentials/issue",
            "tags": tags,
            "supports": VERSIONS,
            "supportedEcdsaKeyTypes": [curve],
            **operator,
            **({"options": STATUS} if "BitstringStatusList" in tags else {}),
        }
        for suite, curve, tags in ISSUERS
    ]
    verifier = {"supports": VERSIONS, "supportedEcdsaKeyTypes": ["P-256", "P-384"]}
    credentials = {**verifier, "id": "", "endpoint": f"{base}/vc-api/credentials/verify"}
    presentations = {**verifier, "id": "", "endpoint": f"{base}/vc-api/presentations/verify"}
    sello = {
        "name": "Sello",
        "implementation": "Sello",
        "issuers": issuers,
        "verifiers": [
            {**credentials, "tags": ["vc2.0", "EnvelopingProof", *SUITES[:2], SUITES[3]]},
            {**credentials, "tags": [SUITES[2]]},
            {**credentials, "tags": [SUITES[4]], "supportedEcdsaKeyTypes": ["P-256"]},
            {
                **credentials,
                "tags": ["BitstringStatusList"],
                "options": {"checks": ["proof", "credentialStatus"]},
            },
        ],
        "vpVerifiers": [{**presentations, "tags": ["vc2.0", "EnvelopingProof", "BitstringStatusList"]}],
        "didResolvers": [
            {
                "id": "",
                "endpoint": f"{base}/1.0/identifiers",
                "tags": ["did-key", "did-resolution"],
                "supportedDids": supported_dids(base, dids),
            }
        ],
    }
    written = {"settings": {"enableInteropTests": bool(others)}, "implementations": [sello, *others]}
    return f"module.exports = {json.dumps(written, indent=2)};\n"


def supported_dids(base: str, dids: Mapping[str, str]) -> dict[str, Any]:
    """What the suite of DID Resolution tries: DIDs, one that there is not, and DID URLs of keys."""
    web = did_web.encode(f"{base}/issuers/{AUTHORITY}")
    urls = [f"{did}#{did.removeprefix('did:key:')}" for did in dids.values()]
    relation = {"verificationRelationship": "assertionMethod"}
    return {
        "valid": [{"did": did, "resolutionOptions": {}} for did in (*dids.values(), web)],
        "notFound": did_web.encode(f"{base}/issuers/nobody"),
        "derefUrls": [{"didUrl": url, "dereferencingOptions": relation} for url in urls],
    }
