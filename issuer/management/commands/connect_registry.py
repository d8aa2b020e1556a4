"""`connect_registry NAME --connector sql --source FILE.json`: a registry that lies elsewhere."""

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from common.adapters.command import Command as BaseCommand
from common.registries.connector import RegistryError
from issuer.registries.connect import connect_registry
from issuer.registries.connectors import CONNECTORS, connector_of


class Command(BaseCommand):
    help = (
        "Read a registry where it lies: in an SQL database, in a file that is written anew now and then,"
        " in OpenCRVS, or with a partner that answers by SPDCI."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("registry", help="its name here: small letters, digits and hyphens")
        parser.add_argument("--connector", required=True, choices=list(CONNECTORS))
        parser.add_argument(
            "--source", type=Path, required=True, metavar="FILE", help="its settings, as JSON"
        )
        parser.add_argument("--authority", required=True, help="who keeps it")
        parser.add_argument("--title", default="", help="what people call it")
        parser.add_argument("--key", metavar="COLUMN", help="the column that tells rows apart")

    def run(self, **options: Any) -> dict[str, Any]:
        """`{registry, connector, key_column, columns}`; by SPDCI also what the partner registers of us."""
        try:
            source = json.loads(options["source"].read_bytes())
        except ValueError as error:
            raise RegistryError(f"{options['source'].name} is not JSON.") from error
        if not isinstance(source, dict):
            raise RegistryError("A source is one object.")
        registry = connect_registry(
            options["registry"],
            connector=options["connector"],
            source=source,
            authority=options["authority"],
            title=options["title"],
            key=options["key"],
            now=datetime.now(UTC),
        )
        # Once the row is there for all to see: before it answers, the partner fetches our key.
        introduced = connector_of(registry).introduce(registry)
        return {
            "registry": registry.slug,
            "connector": registry.connector,
            "key_column": registry.key_column,
            "columns": [column["name"] for column in registry.columns],
            **introduced,
        }

    def exit_status(self, result: Any) -> int:
        """1 while the registry does not answer."""
        return 1 if result.get("problem") else 0
