"""`create_access_code REGISTRY RECORD_KEY`: the code with which a person signs in from their wallet."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandParser

from common.adapters.command import Command as BaseCommand
from issuer.oauth.access_codes import LIFETIME, give_access_code
from issuer.registries.store import find_registry


class Command(BaseCommand):
    help = "Give a person an access code for their record; it is printed once, and ends the one before."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("registry", help="the registry, such as farmers")
        parser.add_argument("record_key", help="the record's key in it, such as F-0001")

    def run(self, **options: Any) -> dict[str, Any]:
        now, registry = datetime.now(UTC), find_registry(options["registry"])
        code = give_access_code(registry, options["record_key"], given_by="create_access_code", now=now)
        return {
            "access_code": code,
            "record_key": options["record_key"],
            "expires_at": (now + LIFETIME).isoformat(),
        }
