"""The sample world, and an officer who may look at all of it."""

from argparse import ArgumentParser
from typing import Any

from common.adapters.command import Command as BaseCommand
from issuer.services.officers import create_officer
from issuer.services.sample import load_samples


class Command(BaseCommand):
    help = "Load the sample registries, their credential types, and an officer's account."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--officer-password", help="set the officer's password instead of drawing one")

    def run(self, **options: Any) -> dict[str, Any]:
        """`{registries, officer}`; the officer's password is there only when it was just made."""
        registries = load_samples()
        return {
            "registries": registries,
            "officer": create_officer("officer", password=options["officer_password"]),
        }
