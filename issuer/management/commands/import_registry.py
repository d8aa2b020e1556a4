"""A registry from a spreadsheet."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from common.adapters.command import Command as BaseCommand
from issuer.services.registries_import import import_spreadsheet


class Command(BaseCommand):
    help = "Load or update a registry from a CSV file; delimiter, encoding and quoting are found out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("registry", help="its name: small letters, digits and hyphens")
        parser.add_argument("--csv", type=Path, required=True, metavar="FILE")
        parser.add_argument("--key", metavar="COLUMN", help="the column that tells rows apart; else guessed")
        parser.add_argument("--title", default="", help="what people call the registry")
        parser.add_argument(
            "--authority", default="", help="who keeps it; else an authority of the same name"
        )

    def run(self, **options: Any) -> dict[str, Any]:
        """`{registry, created, updated, unchanged, rejected, report}`."""
        done = import_spreadsheet(
            options["registry"],
            options["csv"].read_bytes(),
            key=options["key"],
            title=options["title"],
            authority=options["authority"],
        )
        return {
            "registry": done.registry,
            "created": done.counts.created,
            "updated": done.counts.updated,
            "unchanged": done.counts.unchanged,
            "rejected": len(done.rejected),
            "report": str(done.report),
        }
