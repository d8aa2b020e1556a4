"""`revoke_certificate AUTHORITY SERIAL --reason R`: what was signed under it no longer stands."""

import os
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandParser

from common.adapters.command import Command as BaseCommand
from common.errors import MalformedInputError, UnknownPartError
from issuer.authorities import certificates
from issuer.models import Authority


class Command(BaseCommand):
    help = "Take a certificate of an authority back for good; its list of revoked ones changes at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("authority", help="the authority's name in its address")
        parser.add_argument(
            "serial", help="the certificate's serial number, hexadecimal as openssl prints it"
        )
        parser.add_argument("--reason", required=True, help="why; it is kept")

    def run(self, **options: Any) -> dict[str, Any]:
        slug = options["authority"]
        authority = Authority.objects.filter(slug=slug).first()
        if authority is None:
            raise UnknownPartError("authority", slug, Authority.objects.values_list("slug", flat=True))
        try:
            serial = int(options["serial"].replace(":", ""), 16)
        except ValueError as error:
            raise MalformedInputError("A serial number is hexadecimal.") from error
        certificates.revoke_certificate(
            authority,
            serial,
            reason=options["reason"],
            actor=f"command line, user {os.getuid()}",
            now=datetime.now(UTC),
        )
        return {
            "authority": slug,
            "serial": f"{serial:x}",
            "list": f"{authority.identifier}/iaca.crl",
        }
