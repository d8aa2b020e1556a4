"""`set_policy AUTHORITY`: what an authority asks of the wallets to which it issues."""

from typing import Any

from django.core.management.base import CommandParser

from common.adapters.command import Command as BaseCommand
from issuer.authorities.identity import set_policy


class Command(BaseCommand):
    help = "Ask wallets for high assurance (DPoP, wallet and key attestations) or encryption, or no longer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("authority", help="such as farmer-registry")
        parser.add_argument("--high-assurance", choices=("on", "off"), help="as HAIP 1.0 profiles OpenID4VCI")
        parser.add_argument(
            "--key-storage", nargs="*", metavar="LEVEL", help="accepted of attested keys: iso_18045_high, ..."
        )
        parser.add_argument("--encryption", choices=("required", "offered"), help="of requests and answers")

    def run(self, **options: Any) -> dict[str, Any]:
        asked, encryption = options["high_assurance"], options["encryption"]
        authority = set_policy(
            options["authority"],
            high_assurance=None if asked is None else asked == "on",
            requires_encryption=None if encryption is None else encryption == "required",
            key_storage=options["key_storage"],
        )
        return {
            "authority": authority.slug,
            "high_assurance": authority.high_assurance,
            "key_storage": authority.key_storage,
            "encryption": "required" if authority.requires_encryption else "offered",
        }
