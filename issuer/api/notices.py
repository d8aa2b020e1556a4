"""`/issuers/{authority}/notices`: what an authority has to tell whoever holds a key of its credentials."""

from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from common.adapters.api.openapi.operation import described
from common.adapters.api.rest import authorization
from common.adapters.limits import rate_limit
from common.notices.messages import NoticeRefusedError
from common.notices.views import Inbox
from issuer.api.base import ProtocolView, find_authority
from issuer.api.schemas import notices as schema
from issuer.issuance.notice_offers import offer_of_notice
from issuer.notifications.recipients import sender_of


@described(get=schema.INBOX)
class IssuerNoticesEndpoint(Inbox, ProtocolView):
    """The inbox, for wallets of any origin."""

    def place(self, **kwargs: Any) -> tuple[str, str]:
        """The authority of the address."""
        authority = find_authority(kwargs["authority"])
        return f"{authority.identifier}/notices", sender_of(authority)


@described(post=schema.OFFER)
class NoticeOfferEndpoint(ProtocolView):
    """An offer of what a notice says is ready, for whoever holds the key that was told."""

    def post(self, request: Request, authority: str, id: str) -> Response:
        """`Authorization: Bearer`, signed with that key for this address; 404 where nothing is ready."""
        rate_limit.check_rate(request._request, "notices")
        found = find_authority(authority)
        scheme, token = authorization(request)
        if scheme != "bearer" or not token:
            raise NoticeRefusedError("A request signed by the holder's key is needed.")
        offer = offer_of_notice(token, id, authority=found, now=timezone.now())
        return Response({"credential_offer_uri": offer.uri}, headers={"Cache-Control": "no-store"})
