"""`/issuers/{authority}/notices`: what an authority has to tell whoever holds a key of its credentials."""

from typing import Any

from common.notices.views import Inbox
from issuer.api.base import ProtocolView, find_authority
from issuer.services.telling import sender_of


class Notices(Inbox, ProtocolView):
    """The inbox, for wallets of any origin."""

    def place(self, **kwargs: Any) -> tuple[str, str]:
        """The authority of the address."""
        authority = find_authority(kwargs["authority"])
        return f"{authority.identifier}/notices", sender_of(authority)
