"""`mint CONFIGURATION`: a whole registry's credentials as files of JSON lines, resumable."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from common.adapters.command import Command as BaseCommand
from issuer.configurations.types import find_configuration
from issuer.issuance.batch_issuance import BatchProgress, issue_batches
from issuer.issuance.offers import chosen_formats

WIDTH = 40


class Command(BaseCommand):
    help = (
        "Issue a bearer credential for every record that has none yet. Each line of a file is an object with "
        "the credential's id, its record and the credential; run again, it goes on where it stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("configuration", help="a credential type, such as farmer")
        parser.add_argument("--format", action="append", default=[], help="this format alone; repeatable")
        parser.add_argument("--out", type=Path, help="the folder to write to; var/minted unless named")
        parser.add_argument("--workers", type=int, default=1, help="processes that sign")

    def run(self, **options: Any) -> dict[str, Any]:
        configuration = find_configuration(options["configuration"])
        out, begun, formats = options["out"] or settings.VAR_DIR / "minted", time.monotonic(), {}
        for format_ in chosen_formats(configuration, options["format"]):
            progress = BatchProgress(total=0)
            for progress in issue_batches(
                configuration, format_, out=out, workers=options["workers"], now=datetime.now(UTC)
            ):
                self._draw(f"{configuration.name}.{format_}", progress)
            self.stderr.write("")
            formats[format_] = {
                "minted": progress.minted,
                "skipped": progress.skipped,
                "unusable": progress.unusable,
                "files": progress.files,
            }
        return {
            "configuration": configuration.name,
            "out": str(out),
            "formats": formats,
            "seconds": round(time.monotonic() - begun, 2),
        }

    def _draw(self, name: str, progress: BatchProgress) -> None:
        """The bar, on standard error, over itself."""
        part = progress.done / progress.total if progress.total else 1.0
        bar = "#" * int(part * WIDTH)
        self.stderr.write(f"\r{name} [{bar:<{WIDTH}}] {progress.done} of {progress.total}", ending="")
        self.stderr.flush()
