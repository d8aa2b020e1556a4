from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from common.adapters.command import Command as BaseCommand
from verifier.payments.instructions.disputes import clear_dispute


class Command(BaseCommand):
    help = "Ends the dispute about a payment, once a person has asked the gateway what is true."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", help="as reconcile_payments names it")
        parser.add_argument("--because", required=True, help="what was found out, for the payment's history")
        parser.add_argument(
            "--returned", action="store_true", help="the money is with us: it can be paid anew"
        )

    def run(self, **options: Any) -> Mapping[str, Any]:
        state = clear_dispute(
            options["number"],
            because=options["because"],
            returned=options["returned"],
            now=timezone.now(),
        )
        return {"instruction": options["number"], "state": state, "disputed": False}
