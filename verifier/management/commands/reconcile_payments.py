from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from common.adapters.command import Command as BaseCommand
from verifier.payments.delivery.reconciliation import reconcile


class Command(BaseCommand):
    help = "Reads what gateways sent back, asks for what is open, and names every difference."

    def run(self, **_: Any) -> Mapping[str, Any]:
        return reconcile(clock=timezone.now)

    def exit_status(self, result: Mapping[str, Any]) -> int:
        """1 where a person has to look at something."""
        return int(any(result[name] for name in ("differences", "strangers", "look_at", "unreachable")))
