from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from common.adapters.command import Command as BaseCommand
from verifier.payments.delivery.outbox import deliver_outbox, unpark_payments


class Command(BaseCommand):
    help = "Hands every due payment instruction to its gateway; may run as often as one likes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--parked", action="store_true", help="also what was tried too often already")

    def run(self, **options: Any) -> Mapping[str, Any]:
        if options["parked"]:
            unpark_payments(now=timezone.now())
        return deliver_outbox(clock=timezone.now)

    def exit_status(self, result: Mapping[str, Any]) -> int:
        """1 while something could not be handed over, or waits for a person."""
        return 1 if result["failed"] or result["parked"] else 0
