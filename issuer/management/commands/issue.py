"""`issue CONFIGURATION RECORD_KEY --format F`: a signed credential without the protocol."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from common.adapters.command import Command as BaseCommand
from issuer.configurations.types import find_configuration
from issuer.issuance.credential_request import issue_directly
from issuer.issuance.holders import find_holder
from issuer.issuance.offers import chosen_formats


class Command(BaseCommand):
    help = "Issue one record's credential to a known key, or to whoever bears it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("configuration", help="a credential type, such as farmer")
        parser.add_argument("record_key", help="the record's key in its registry, such as F-0001")
        parser.add_argument(
            "--format", required=True, help="ldp_vc, dc+sd-jwt, or with a suite, such as ldp_vc:ecdsa-sd-2023"
        )
        parser.add_argument("--holder", help="a DID, or a file with a public JWK; without it: a bearer's")
        parser.add_argument("--out", type=Path, help="write the credential to this file")

    def run(self, **options: Any) -> dict[str, Any]:
        configuration = find_configuration(options["configuration"])
        [format_] = chosen_formats(configuration, [options["format"]])
        row, secured = issue_directly(
            configuration,
            options["record_key"],
            format_,
            holder=find_holder(options["holder"]) if options["holder"] else None,
            now=datetime.now(UTC),
        )
        result = {"credential_id": row.urn, "format": format_, "credential": secured}
        if options["out"]:
            text = secured if isinstance(secured, str) else json.dumps(secured, ensure_ascii=False, indent=2)
            options["out"].parent.mkdir(parents=True, exist_ok=True)
            options["out"].write_text(text + "\n", encoding="utf-8")
            result["out"] = str(options["out"])
        return result
