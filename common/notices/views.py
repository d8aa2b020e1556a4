"""The endpoint of an inbox; each party mounts it under its own name."""

from datetime import UTC, datetime
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.adapters.api.rest import authorization
from common.adapters.limits import rate_limit
from common.notices.inbox import read_inbox
from common.notices.messages import NoticeRefusedError, create_inbox


class Inbox(APIView):
    """For whoever holds a key that was told something; `Authorization: Bearer`, signed with that key."""

    def place(self, **kwargs: Any) -> tuple[str, str]:
        """The audience that a request must name, and the sender whose notices are asked for."""
        raise NotImplementedError

    def get(self, request: Request, **kwargs: Any) -> Response:
        """The notices for the key that signed the request, those of this sender alone."""
        rate_limit.check_rate(request._request, "notices")
        audience, sender = self.place(**kwargs)
        scheme, token = authorization(request)
        if scheme != "bearer" or not token:
            raise NoticeRefusedError("A request signed by the holder's key is needed.")
        found = read_inbox(token, audience=audience, sender=sender, now=datetime.now(UTC))
        return Response(create_inbox(found), headers={"Cache-Control": "no-store"})
