"""`set_status CREDENTIAL_ID valid|suspended|revoked --reason R`: published lists change at once."""

import os
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandParser

from common.adapters.command import Command as BaseCommand
from issuer.services.status import ALLOWED, find_credential, lists_of, set_status


class Command(BaseCommand):
    help = "Suspend a credential, lift its suspension, or revoke it for good."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("credential_id", help="the credential's identifier, urn:uuid:…")
        parser.add_argument("status", choices=list(ALLOWED))
        parser.add_argument("--reason", required=True, help="why; it is kept")

    def run(self, **options: Any) -> dict[str, Any]:
        credential = set_status(
            find_credential(options["credential_id"]),
            options["status"],
            reason=options["reason"],
            actor=f"command line, user {os.getuid()}",
            now=datetime.now(UTC),
        )
        return {"credential": credential.urn, "status": credential.state, "lists": lists_of(credential)}
