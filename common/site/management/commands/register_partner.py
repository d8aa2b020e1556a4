"""`register_partner SENDER_ID`: an organisation that messages are exchanged with (docs/exchange.md)."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils.module_loading import import_string

from common.adapters.command import Command as BaseCommand
from common.adapters.exchange.registration import NAMESPACES, ROLES, Registration, register_partner
from common.encoding import strict_json


class Command(BaseCommand):
    """`manage.py register_partner`."""

    help = "Register an organisation for SPDCI or G2P Connect messages, or change what is known of it."

    def add_arguments(self, parser: CommandParser) -> None:
        """The partner's names, keys, roles and what it may read."""
        parser.add_argument("sender_id", help="the name under which it signs, such as spp.example.org")
        parser.add_argument("--name", default="", help="what people call it")
        parser.add_argument("--namespace", action="append", default=[], choices=NAMESPACES)
        parser.add_argument("--role", action="append", default=[], choices=ROLES, help="what it is to us")
        parser.add_argument("--keys", type=Path, help="a file with its public JWK or JWK set")
        parser.add_argument("--jwks-uri", default="", help="where it publishes its keys instead")
        parser.add_argument(
            "--may-read",
            action="append",
            metavar="REGISTRY=COLUMN,…",
            help="what was agreed; once for each registry",
        )
        parser.add_argument("--purpose", action="append", default=[], help="a purpose code that was agreed")
        parser.add_argument("--legal-basis", default="", help="the law or agreement that lets it read")
        parser.add_argument("--address", default="", help="where its own endpoints begin")
        parser.add_argument("--callback-url", default="", help="where it awaits answers")
        parser.add_argument("--secret", action="store_true", help="print a new secret for our token endpoint")
        parser.add_argument("--token-url", default="", help="its token endpoint")
        parser.add_argument("--client-id", default="", help="our name at its token endpoint")
        parser.add_argument("--client-secret-file", type=Path, help="a file with our secret there")
        parser.add_argument("--signature", choices=("required", "optional"))
        parser.add_argument("--active", choices=("yes", "no"))

    def run(self, **options: Any) -> dict[str, Any]:
        """The partner as it is now; `CommandError` where what is said of it does not fit together."""
        signature, active = options["signature"], options["active"]
        agreed = _agreed(options["may_read"])
        if agreed and not settings.AGREEMENT_CHECKS:
            raise CommandError("--may-read is for the process that keeps the registries (ROLES=issuer).")
        for path in settings.AGREEMENT_CHECKS.values():
            import_string(path)(agreed or {})
        said = Registration(
            sender_id=options["sender_id"],
            name=options["name"],
            namespaces=options["namespace"],
            roles=options["role"],
            keys=strict_json.loads_object(_read(options["keys"])) if options["keys"] else None,
            jwks_uri=options["jwks_uri"],
            may_read=agreed,
            purposes=options["purpose"],
            legal_basis=options["legal_basis"],
            address=options["address"],
            callback_url=options["callback_url"],
            token_url=options["token_url"],
            client_id=options["client_id"],
            client_secret=_read(options["client_secret_file"]).strip()
            if options["client_secret_file"]
            else "",
            signature_required=None if signature is None else signature == "required",
            active=None if active is None else active == "yes",
        )
        partner, secret = register_partner(said, new_secret=options["secret"])
        result = {
            "sender_id": partner.sender_id,
            "name": partner.name,
            "namespaces": partner.namespaces,
            "roles": partner.roles,
            "keys": [key["kid"] for key in partner.keys],
            "may_read": partner.may_read,
            "active": partner.active,
        }
        return result | ({"client_secret": secret} if secret else {})


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeError) as error:
        raise CommandError(f"{path} cannot be read.") from error


def _agreed(entries: list[str] | None) -> dict[str, list[str]] | None:
    if entries is None:
        return None
    agreed = {}
    for entry in entries:
        registry, _, columns = entry.partition("=")
        named = [column.strip() for column in columns.split(",") if column.strip()]
        if not registry or not named:
            raise CommandError("--may-read is written as REGISTRY=COLUMN,COLUMN.")
        if registry in agreed:
            raise CommandError(f"--may-read names {registry} twice; one names all its columns.")
        agreed[registry] = named
    return agreed
