"""`deliver_notices`: whatever people and organisations have to be told leaves now."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from common.adapters.command import Command as Base
from common.notices.delivery import deliver_notices


class Command(Base):
    """`manage.py deliver_notices`."""

    help = "Hand queued notices to e-mail, SMS and webhooks, each once; run it every minute."

    def run(self, **options: Any) -> Mapping[str, Any]:
        """`{sent, postponed, failed}`."""
        return deliver_notices(clock=timezone.now)
