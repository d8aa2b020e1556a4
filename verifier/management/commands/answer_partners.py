from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from common.adapters.command import Command as BaseCommand
from verifier.payments.g2p.callbacks import deliver_callbacks


class Command(BaseCommand):
    help = (
        "Sends partners the answers that they await (G2P Connect callbacks); may run as often as one likes."
    )

    def run(self, **_: Any) -> Mapping[str, Any]:
        return deliver_callbacks(now=timezone.now())

    def exit_status(self, result: Mapping[str, Any]) -> int:
        """1 while an answer could not be handed over."""
        return 1 if result["failed"] else 0
