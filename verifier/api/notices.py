"""`/services/notices`: what the services of this verifier have to tell whoever showed them something."""

from typing import Any

from django.conf import settings

from common.adapters.api.openapi.operation import described
from common.notices.views import Inbox
from verifier.api.schemas import holders as schema


@described(get=schema.INBOX)
class ServiceNotices(Inbox):
    """One inbox for all services."""

    def place(self, **kwargs: Any) -> tuple[str, str]:
        """This verifier, whichever service it was."""
        return f"{settings.BASE_URL}/services/notices", "verifier"
