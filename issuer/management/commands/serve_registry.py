"""`serve_registry REGISTRY --mapping FILE`: let a registry answer by SPDCI (docs/exchange.md)."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from common.adapters.command import Command as BaseCommand
from common.encoding import strict_json
from issuer.registries.store import find_registry
from issuer.spdci.serve import serve_registry, stop_serving


class Command(BaseCommand):
    help = "Let a registry answer partners by SPDCI, by a declared mapping of its columns; or no longer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("registry")
        parser.add_argument("--mapping", type=Path, help="a JSON file: kind, template, identifiers, …")
        parser.add_argument("--places", default="", help="the column whose values locations.json lists")
        parser.add_argument("--stop", action="store_true", help="answer no longer")

    def run(self, **options: Any) -> dict[str, Any]:
        registry = find_registry(options["registry"])
        if options["stop"]:
            stop_serving(registry)
            return {"registry": registry.slug, "serves": False}
        if options["mapping"] is None:
            raise CommandError("Give --mapping FILE, or --stop.")
        try:
            text = options["mapping"].read_text()
        except (OSError, UnicodeError) as error:
            raise CommandError(f"{options['mapping']} cannot be read.") from error
        serve_registry(registry, strict_json.loads_object(text), place_column=options["places"])
        return {
            "registry": registry.slug,
            "serves": True,
            "address": f"{settings.BASE_URL}/spdci/{registry.slug}",
            "receiver_id": registry.authority.did,
        }
