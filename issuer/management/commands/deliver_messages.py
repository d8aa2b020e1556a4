"""`deliver_messages`: tell subscribers what changed, answer what partners asked, send what is due."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from common.adapters.command import Command as BaseCommand
from issuer.spdci import outbox
from issuer.spdci.delivery_run import deliver_messages


class Command(BaseCommand):
    help = "Send partners what they asked for or subscribed to; may run as often as one likes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--parked", action="store_true", help="also what was tried too often already")

    def run(self, **options: Any) -> dict[str, Any]:
        if options["parked"]:
            outbox.unpark_messages(now=timezone.now())
        return deliver_messages(clock=timezone.now)

    def exit_status(self, result: Any) -> int:
        """1 while something could not be sent, or waits for a person."""
        return 1 if result["failed"] or result["parked"] else 0
