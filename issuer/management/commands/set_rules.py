"""`set_rules CONFIGURATION --file rules.json`: by which rules registries lead a credential type."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from common.adapters.command import Command as BaseCommand
from common.registries.rules.credential_rules import InvalidRegistryRulesError
from issuer.configurations.types import find_configuration
from issuer.sync.rules import rules_in_words, set_rules


class Command(BaseCommand):
    help = "Declare what happens to a type's credentials when records change; without --file, say what does."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("configuration", help="a credential type, such as farmer")
        parser.add_argument("--file", type=Path, metavar="FILE", help="a JSON list of rules; [] for none")

    def run(self, **options: Any) -> dict[str, Any]:
        """`{configuration, rules, described}`."""
        configuration = find_configuration(options["configuration"])
        if options["file"] is not None:
            try:
                entries = json.loads(options["file"].read_bytes())
            except ValueError as error:
                raise InvalidRegistryRulesError(f"{options['file'].name} is not JSON.") from error
            configuration = set_rules(configuration, entries)
        return {
            "configuration": configuration.name,
            "rules": configuration.rules,
            "described": [f"{when}: {then}" for when, then in rules_in_words(configuration)],
        }
