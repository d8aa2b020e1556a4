"""Checking through the VC-API."""

from typing import Any, Final

from common.adapters.api.openapi.json_schema import (
    ANY_OBJECT,
    TEXT,
    Component,
    Part,
    array_of,
    enum_of,
    object_of,
)
from common.adapters.api.openapi.operation import JSON, Body, Operation, ResponseObject
from common.adapters.api.openapi.refusals import PROBLEM, VERIFYING_PROBLEM, problem_refusals
from common.adapters.api.openapi.vc_api import A_CREDENTIAL, CREDENTIAL, PROOF, VC_API

PRESENTATION: Final = Component(
    "Presentation",
    object_of(
        {"@context": array_of({}, minItems=1), "type": {"anyOf": [TEXT, array_of(TEXT)]}},
        {
            "holder": {"anyOf": [TEXT, ANY_OBJECT]},
            "verifiableCredential": {"anyOf": [CREDENTIAL, array_of(CREDENTIAL)]},
        },
    ),
)
CREDENTIAL_REQUEST: Final = Component(
    "VerifyCredentialRequest",
    object_of(
        {"verifiableCredential": CREDENTIAL},
        {"options": object_of({}, {"checks": array_of(enum_of("proof", "credentialStatus"))})},
    ),
)
PRESENTATION_REQUEST: Final = Component(
    "VerifyPresentationRequest",
    object_of(
        {"verifiablePresentation": PRESENTATION},
        {"options": object_of({}, {"domain": TEXT, "challenge": TEXT})},
    ),
)
RESPONSE: Final = Component(
    "VerifyResponse",
    object_of(
        {
            "verified": {"type": "boolean", "enum": [True]},
            "warnings": array_of(PROBLEM),
            "problemDetails": array_of(PROBLEM),
        }
    ),
)
A_SIGNED_CREDENTIAL: Final = {**A_CREDENTIAL, "proof": PROOF}


def _verify(id: str, summary: str, clause: str, request: Part, example: dict[str, Any]) -> Operation:
    return Operation(
        id=id,
        summary=summary,
        clause=clause,
        tag=VC_API,
        description="The issuer's own proof and the data model are checked, not whether anybody trusts it.",
        body=Body({JSON: request}, {"request": example}),
        responses=(
            ResponseObject(
                200,
                "It holds; what a reader must be warned of stands in `warnings`.",
                {JSON: RESPONSE},
                {"verified": {"verified": True, "warnings": [], "problemDetails": []}},
            ),
            *problem_refusals(VERIFYING_PROBLEM, (400, 415, 429, 503), extra={"verified": False}),
        ),
    )


VERIFY_CREDENTIAL: Final = _verify(
    "verify_credential",
    "Check a credential",
    "VC-API 0.3, POST /credentials/verify",
    CREDENTIAL_REQUEST,
    {"verifiableCredential": A_SIGNED_CREDENTIAL, "options": {"checks": ["proof", "credentialStatus"]}},
)
VERIFY_PRESENTATION: Final = _verify(
    "verify_presentation",
    "Check a presentation, and every credential in it",
    "VC-API 0.3, POST /presentations/verify",
    PRESENTATION_REQUEST,
    {
        "verifiablePresentation": {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiablePresentation"],
            "verifiableCredential": [A_SIGNED_CREDENTIAL],
            "proof": {**PROOF, "proofPurpose": "authentication", "challenge": "c-1"},
        },
        "options": {"challenge": "c-1"},
    },
)
