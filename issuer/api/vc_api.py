"""`/vc-api/issuers/{authority}/{suite}/credentials/issue` (W3C VC-API)."""

from rest_framework.request import Request
from rest_framework.response import Response

from common.adapters.api.openapi.operation import described
from common.adapters.api.vc_api import VcApiView, body_of, is_open, proof_sources, require_operator
from issuer.api.base import NO_STORE, find_authority, utc_now
from issuer.api.schemas import vc_api as schema
from issuer.issuance import vc_api


@described(post=schema.ISSUE)
class IssueCredentialEndpoint(VcApiView):
    """Signs what an operator has written, in the authority's name and with the suite of the address."""

    def post(self, request: Request, authority: str, suite: str) -> Response:
        """`{credential, options}` → 201 `{verifiableCredential}`."""
        require_operator(request)
        body, options = body_of(request)
        issued = vc_api.issue_document(
            find_authority(authority),
            suite,
            body.get("credential"),
            options=options,
            world=proof_sources(trial=is_open(request)),
            now=utc_now(),
        )
        return Response({"verifiableCredential": issued}, status=201, headers=NO_STORE)
