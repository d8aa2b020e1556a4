"""`create_offer CONFIGURATION RECORD_KEY`: an offer that a wallet takes from a link or a QR code."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandParser

from common.adapters.command import Command as BaseCommand
from issuer.configurations.types import find_configuration
from issuer.issuance.offers import offer_credential


class Command(BaseCommand):
    help = "Offer one record's credential to its holder's wallet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("configuration", help="a credential type, such as farmer")
        parser.add_argument("record_key", help="the record's key in its registry, such as F-0001")
        parser.add_argument("--format", action="append", default=[], help="offer this format; repeatable")
        parser.add_argument("--tx-code", action="store_true", help="ask for a code that travels separately")
        parser.add_argument("--sign-in", action="store_true", help="let the person sign in at the office")
        parser.add_argument("--by-value", action="store_true", help="put the offer itself into the link")

    def run(self, **options: Any) -> dict[str, Any]:
        offer = offer_credential(
            find_configuration(options["configuration"]),
            options["record_key"],
            formats=options["format"],
            tx_code=options["tx_code"],
            sign_in=options["sign_in"],
            by_value=options["by_value"],
            now=datetime.now(UTC),
        )
        return {
            "offer_uri": offer.uri,
            "link": offer.link or None,
            "credential_offer": offer.document,
            "tx_code": offer.tx_code,
            "session": str(offer.session.id),
        }
