"""What issuing and verifying through the VC-API share: credentials as JSON, and the codes of problems."""

from typing import Final

from common.adapters.api.openapi.json_schema import ANY_OBJECT, TEXT, Component, array_of, object_of, one_of

VC_API: Final = "vc-api"
CREDENTIAL: Final = Component(
    "Credential",
    object_of(
        {"@context": array_of({}, minItems=1), "type": one_of(TEXT, array_of(TEXT))},
        {
            "id": TEXT,
            "issuer": one_of(TEXT, ANY_OBJECT),
            "credentialSubject": one_of(ANY_OBJECT, array_of(ANY_OBJECT)),
            "validFrom": TEXT,
            "validUntil": TEXT,
            "credentialStatus": one_of(ANY_OBJECT, array_of(ANY_OBJECT)),
            "proof": one_of(ANY_OBJECT, array_of(ANY_OBJECT)),
        },
    ),
)
PROOF: Final = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "created": "2026-11-28T09:00:00Z",
    "verificationMethod": "did:key:z6Mkf5rG#z6Mkf5rG",
    "proofPurpose": "assertionMethod",
    "proofValue": "z3FXQjecWufY46…",
}
A_CREDENTIAL: Final = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiableCredential"],
    "issuer": "did:key:z6Mkf5rG",
    "credentialSubject": {"id": "did:example:ana"},
}
