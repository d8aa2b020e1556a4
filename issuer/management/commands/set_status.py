"""`set_status CREDENTIAL_ID valid|suspended|revoked --reason R`: published lists change at once."""

import os
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandParser

from common.adapters.command import Command as BaseCommand
from issuer.status.change import ALLOWED, find_credential, set_status


class Command(BaseCommand):
    help = (
        "Suspend a card, lift its suspension, or revoke it for good: all its copies in all formats at once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("credential_id", help="the identifier of any credential of the card, urn:uuid:…")
        parser.add_argument("status", choices=list(ALLOWED))
        parser.add_argument("--reason", required=True, help="why; it is kept")

    def run(self, **options: Any) -> dict[str, Any]:
        decided = set_status(
            find_credential(options["credential_id"]),
            options["status"],
            reason=options["reason"],
            actor=f"command line, user {os.getuid()}",
            now=datetime.now(UTC),
        )
        self.stderr.write(decided.sentence)
        return {
            "credential": decided.credential.urn,
            "status": decided.credential.state,
            "lists": decided.lists,
        }
