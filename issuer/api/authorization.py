"""The authorization server's endpoints for wallets, but for its tokens: pushed requests, challenges."""

from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from common.adapters.api.openapi.operation import described
from common.adapters.limits import rate_limit
from common.oid4vci.authorization import create_pushed_response, parse_issuance_authorization_request
from common.oid4vci.wallet_attestation import create_challenge_response
from issuer.api.base import (
    NO_STORE,
    DpopView,
    ProtocolView,
    client_of,
    dpop_proof,
    find_authority,
    form_fields,
    utc_now,
)
from issuer.api.schemas import authorization as schema
from issuer.oauth import authorization
from issuer.oauth.clients import create_challenge


@described(post=schema.PUSH)
class PushedAuthorizationEndpoint(DpopView):
    """`/issuers/{authority}/par` (RFC 9126): what a wallet asks for, before the person signs in."""

    parser_classes = [FormParser]

    def post(self, request: Request, authority: str) -> Response:
        rate_limit.check_rate(request._request, "token")
        found, now = find_authority(authority), utc_now()
        asked = parse_issuance_authorization_request(form_fields(request))
        client = client_of(request, found, asked.client_id, now=now)
        pushed = authorization.push_authorization(
            found, asked, client=client, proof=dpop_proof(request), now=now
        )
        return Response(create_pushed_response(pushed), status=201, headers=NO_STORE)


@described(post=schema.CHALLENGE)
class ChallengeEndpoint(ProtocolView):
    """Gives the challenge for the proof of a wallet attestation (client authentication, draft -11 §6.1)."""

    def post(self, request: Request, authority: str) -> Response:
        rate_limit.check_rate(request._request, "nonce")
        challenge = create_challenge(find_authority(authority), now=utc_now())
        return Response(create_challenge_response(challenge), headers=NO_STORE)
