from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from common.adapters.command import Command as BaseCommand
from common.vcdm import times
from issuer.record_access.log import access_log_entries


class Command(BaseCommand):
    help = "Who has read records of these registries, or was refused; the same ids stand with the reader."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--authority", default="", help="the slug of one authority")
        parser.add_argument("--since", help="2026-11-21T00:00:00Z")

    def run(self, **options: Any) -> Mapping[str, Any]:
        since = times.parse(options["since"]) if options["since"] else None
        return {"entries": list(access_log_entries(authority=options["authority"], since=since))}
