"""A registry from a spreadsheet."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from common.adapters.command import Command as BaseCommand
from common.registries.spreadsheets.spreadsheet import ImportOptions
from issuer.registries.spreadsheet_import import import_spreadsheet


class Command(BaseCommand):
    help = (
        "Load or update a registry from a spreadsheet: CSV (delimiter, encoding and quoting are found out),"
        " XLSX, XLS, ODS, or a ZIP with one of them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("registry", help="its name: small letters, digits and hyphens")
        parser.add_argument("--csv", type=Path, required=True, metavar="FILE")
        parser.add_argument(
            "--key",
            default="",
            metavar="COLUMN",
            help="the column that tells rows apart, if no heading says so",
        )
        parser.add_argument("--title", default="", help="what people call the registry")
        parser.add_argument(
            "--authority", default="", help="who keeps it; else an authority of the same name"
        )
        parser.add_argument(
            "--new-authority", action="store_true", help="make it, though another has almost the same name"
        )
        parser.add_argument("--sheet", default="", help="which sheet of a workbook, if it has several")
        parser.add_argument(
            "--encoding", default="", help="of a text file, if it cannot be told: mac-roman, cp1251"
        )
        parser.add_argument(
            "--date-order", default="", choices=["day", "month"], help="what stands first in 03/04/1990"
        )

    def run(self, **options: Any) -> dict[str, Any]:
        """`{registry, created, updated, unchanged, rejected, report}`, and `missing` where columns are.

        What its reader should know beside stands on standard error.
        """
        with options["csv"].open("rb") as file:
            done = import_spreadsheet(
                options["registry"],
                file,
                reading=ImportOptions(
                    options["key"], options["sheet"], options["encoding"], options["date_order"]
                ),
                title=options["title"],
                authority=options["authority"],
                new_authority=options["new_authority"],
                looking=lambda rows: self.stderr.write(f"Looking at the file: {rows:,} rows …"),
                progress=lambda rows: self.stderr.write(f"{rows:,} rows …"),
            )
        for remark in done.remarks:
            self.stderr.write(remark)
        return {
            "registry": done.registry,
            "created": done.counts.created,
            "updated": done.counts.updated,
            "unchanged": done.counts.unchanged,
            "rejected": done.rejected,
            "report": str(done.report),
            **({"missing": list(done.missing)} if done.missing else {}),
        }
