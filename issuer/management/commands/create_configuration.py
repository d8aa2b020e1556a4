"""A credential type on a registry, without code."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from common.adapters.command import Command as BaseCommand
from common.encoding import strict_json
from common.registries.claims.mapping import parse_claim_mapping
from issuer.configurations.types import create_configuration
from issuer.registries.store import find_registry


class Command(BaseCommand):
    help = "Make a credential type on a registry: claims are guessed from its columns, or read from a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("registry")
        parser.add_argument("--type", required=True, help="such as FarmerCredential")
        parser.add_argument(
            "--format",
            action="append",
            dest="formats",
            help="ldp_vc, dc+sd-jwt; both if unsaid. ldp_vc:ecdsa-sd-2023 shows single claims",
        )
        parser.add_argument("--claims", type=Path, help="JSON list of {name, column, label, type, …}")
        parser.add_argument(
            "--doctype", help="of mso_mdoc, such as org.iso.18013.5.1.mDL; the type's own page if unsaid"
        )
        parser.add_argument(
            "--needs-approval", action="store_true", help="an officer looks at each request before issuing"
        )
        parser.add_argument("--name", help="configuration identifier; made of the type if unsaid")

    def run(self, **options: Any) -> dict[str, Any]:
        """`{configuration_id, formats}`."""
        described = options["claims"]
        made = create_configuration(
            find_registry(options["registry"]),
            type=options["type"],
            formats=options["formats"],
            claims=parse_claim_mapping(strict_json.loads(described.read_bytes())) if described else None,
            name=options["name"],
            doctype=options["doctype"],
            needs_approval=options["needs_approval"],
        )
        return {"configuration_id": made.name, "formats": made.formats}
