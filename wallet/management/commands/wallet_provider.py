"""`wallet_provider`: who vouches for this wallet, for authorities that are to trust it."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from common.adapters.command import Command as BaseCommand
from wallet.attestation import provider


class Command(BaseCommand):
    help = "Print the certificate of this wallet's provider, made when it is first asked for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--trust", action="store_true", help="let the authorities of this installation trust it as well"
        )

    def run(self, **options: Any) -> dict[str, Any]:
        """`{client_id, certificate, trusted}`; the certificate goes into `WALLET_PROVIDER_CA_FILE` there."""
        now = timezone.now()
        trusted = options["trust"] and provider.trust_provider(now=now)
        return {
            "client_id": provider.wallet_client_id(),
            "certificate": provider.provider_root_pem(now=now),
            "trusted": trusted,
        }
