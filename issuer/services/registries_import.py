"""A spreadsheet becomes a registry: good rows load, bad rows are reported, a second time changes nothing."""

import csv
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from common.registries import RegistryError
from common.registries.claims import humane
from common.registries.spreadsheet import Rejected, Spreadsheet, read_spreadsheet
from issuer.models import Registry
from issuer.services.registries import Counts, create_registry, remove_records, store_records

FEW = 5  # records that may be gone in any registry, however small
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")


class ImportRefused(RegistryError):
    """A spreadsheet that does not fit the registry it was meant for."""

    code = "import_refused"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; `report` lists the rejected rows by number and reason."""

    registry: str
    counts: Counts
    rejected: tuple[Rejected, ...]
    report: Path


def import_spreadsheet(
    slug: str, data: bytes, *, key: str | None = None, title: str = "", authority: str = ""
) -> Imported:
    """Load or update a registry; it and its authority are made where there are none."""
    sheet = read_for(slug, data, key=key, authority=authority)
    counts = _store(slug, sheet, title=title, authority=authority)
    return Imported(slug, counts, sheet.rejected, write_report(slug, sheet.rejected))


def preview_spreadsheet(slug: str, data: bytes) -> tuple[Spreadsheet, Counts]:
    """What `import_spreadsheet` would do to an existing registry; nothing is kept."""
    sheet = read_for(slug, data)
    with transaction.atomic():
        counts = _store(slug, sheet)
        transaction.set_rollback(True)
    return sheet, counts


def replace_spreadsheet(
    slug: str, data: bytes, *, keep_absent: bool = False, most_removed: int = 100
) -> tuple[Imported, int]:
    """Bring a registry to what the file says, and say how many records are gone because it has them no more.

    Nothing is removed while rows are rejected: one of them may be the record that seems absent. More than
    `most_removed` percent at once are refused, since a file that was cut looks alike.
    """
    sheet = read_for(slug, data)
    with transaction.atomic():
        counts = _store(slug, sheet)
        registry = Registry.objects.get(slug=slug)
        removed = 0
        if not keep_absent and not sheet.rejected:
            keys = set(registry.records.values_list("key", flat=True).iterator(chunk_size=2_000))
            absent = keys - {record.key for record in sheet.records}
            if len(absent) * 100 > most_removed * len(keys) and len(absent) > FEW:
                raise ImportRefused(
                    f"The file lacks {len(absent):,} of {len(keys):,} records. If they are gone indeed,"
                    " say --allow-removals."
                )
            removed = remove_records(registry, absent)
    return Imported(slug, counts, sheet.rejected, write_report(slug, sheet.rejected)), removed


def kept_columns(registry: Registry, sheet: Spreadsheet) -> list[str]:
    """The registry's columns that a spreadsheet does not have: what is stored in them stays."""
    given = {column.name for column in sheet.columns}
    return [column["name"] for column in registry.columns if column["name"] not in given]


def read_for(slug: str, data: bytes, *, key: str | None = None, authority: str = "") -> Spreadsheet:
    """The spreadsheet, read as this registry's earlier imports were."""
    for name in (slug, authority or slug):
        if not _SLUG.match(name) or len(name) > 64:
            raise ImportRefused(f"{name!r} is no name: use up to 64 small letters, digits and hyphens.")
    existing = Registry.objects.select_related("authority").filter(slug=slug).first()
    if existing is None:
        return read_spreadsheet(data, key=key)
    if key not in (None, existing.key_column):
        raise ImportRefused(f"Registry {slug} is keyed by {existing.key_column}, not by {key}.")
    if authority not in ("", existing.authority.slug):
        raise ImportRefused(f"Registry {slug} is kept by {existing.authority.slug}, not by {authority}.")
    known = {column["name"]: column["type"] for column in existing.columns}
    return read_spreadsheet(data, key=existing.key_column, known=known)


def report_path(slug: str) -> Path:
    """Where the report of a registry's last import lies."""
    path: Path = settings.VAR_DIR / "reports" / f"{slug}.csv"
    return path


def write_report(slug: str, rejected: Iterable[Rejected]) -> Path:
    """The rejected rows as a file of their own; that of the last import stands."""
    path = report_path(slug)
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "reason"])
        writer.writerows((entry.row, entry.reason) for entry in rejected)
    return path


@transaction.atomic
def _store(slug: str, sheet: Spreadsheet, *, title: str = "", authority: str = "") -> Counts:
    registry = create_registry(
        slug,
        title=title or humane(slug),
        authority=authority or slug,
        authority_name=humane(authority) if authority else "",
        key_column=sheet.key_column,
        columns=[column.described() for column in sheet.columns],
    )
    return store_records(registry, sheet.records, kept_columns=kept_columns(registry, sheet))
