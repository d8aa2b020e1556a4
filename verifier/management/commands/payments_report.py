from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from common.adapters.command import Command as BaseCommand
from verifier.payments.reports.balances import payments_report


class Command(BaseCommand):
    help = "Whether the books balance, and where each programme's money is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--programme", default="", metavar="SLUG", help="this programme alone")

    def run(self, **options: Any) -> Mapping[str, Any]:
        return payments_report(options["programme"])

    def exit_status(self, result: Mapping[str, Any]) -> int:
        """1 where they do not balance."""
        return 0 if result["balanced"] else 1
