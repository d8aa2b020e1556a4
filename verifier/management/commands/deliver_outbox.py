from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from common.adapters.command import Command as BaseCommand
from verifier.services.outbox import deliver_outbox


class Command(BaseCommand):
    help = "Hands every due payment instruction to its gateway; may run as often as one likes."

    def run(self, **_: Any) -> Mapping[str, Any]:
        return deliver_outbox(now=timezone.now())

    def exit_status(self, result: Mapping[str, Any]) -> int:
        """1 while something could not be handed over."""
        return 1 if result["failed"] else 0
