"""Issuing through the VC-API."""

from typing import Final

from common.adapters.api.openapi.json_schema import ANY_OBJECT, Component, object_of
from common.adapters.api.openapi.operation import (
    JSON,
    Body,
    Operation,
    OperationParameter,
    ResponseObject,
)
from common.adapters.api.openapi.refusals import ISSUING_PROBLEM, problem_refusals
from common.adapters.api.openapi.security import OPERATOR_TOKEN
from common.adapters.api.openapi.vc_api import A_CREDENTIAL, CREDENTIAL, PROOF, VC_API
from issuer.api.schemas.addresses import AUTHORITY

ISSUE_REQUEST: Final = Component(
    "IssueCredentialRequest", object_of({"credential": CREDENTIAL}, {"options": ANY_OBJECT})
)
ISSUE_RESPONSE: Final = Component("IssueCredentialResponse", object_of({"verifiableCredential": CREDENTIAL}))

ISSUE: Final = Operation(
    id="issue_credential",
    summary="Sign a credential in the authority's name",
    clause="VC-API 0.3, POST /credentials/issue",
    tag=VC_API,
    parameters=(
        AUTHORITY,
        OperationParameter("suite", "A cryptosuite, or vc+jwt.", "path", example="eddsa-rdfc-2022"),
    ),
    security=((OPERATOR_TOKEN,),),
    body=Body({JSON: ISSUE_REQUEST}, {"credential": {"credential": A_CREDENTIAL, "options": {}}}),
    responses=(
        ResponseObject(
            201,
            "The secured credential.",
            {JSON: ISSUE_RESPONSE},
            {"signed": {"verifiableCredential": {**A_CREDENTIAL, "proof": PROOF}}},
        ),
        *problem_refusals(ISSUING_PROBLEM, (400, 401, 404, 415), extra={}),
    ),
)
