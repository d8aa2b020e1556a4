"""A spreadsheet becomes a registry: good rows load, bad rows are reported, a second time changes nothing.

Rows go from the file to the database batch by batch, in one transaction: what cannot be taken keeps nothing.
"""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from django.db import transaction

from common.registries.claims.mapping import label_of
from common.registries.columns.column import merged
from common.registries.connector import RegistryError, RegistryRecord
from common.registries.spreadsheets.spreadsheet import (
    EVERY,
    UNSAID,
    ImportOptions,
    OpenSpreadsheet,
    Rejected,
    open_spreadsheet,
)
from issuer.models import Authority, Registry
from issuer.registries.import_report import ImportReport, report_path
from issuer.registries.store import BATCH, StoredCounts, create_registry, remove_records, store_records

FEW: Final = 5  # records that may be gone in any registry, however small
_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
Progress = Callable[[int], None]


class SpreadsheetImportError(RegistryError):
    """A spreadsheet that does not fit the registry it was meant for."""

    code = "import_refused"


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, or would do; `problems` are the first rows that were left out.

    `missing` are the registry's columns that the file does not have, whose stored values stay.
    """

    registry: str
    counts: StoredCounts
    rejected: int
    problems: tuple[Rejected, ...]
    missing: tuple[str, ...]
    remarks: tuple[str, ...] = field(default=())
    removed: int = 0

    @property
    def report(self) -> Path:
        """Where all rows that were left out are listed."""
        return report_path(self.registry)


def import_spreadsheet(
    slug: str,
    data: bytes | BinaryIO,
    *,
    reading: ImportOptions = UNSAID,
    title: str = "",
    authority: str = "",
    new_authority: bool = False,
    progress: Progress | None = None,
    looking: Progress | None = None,
) -> ImportResult:
    """Load or update a registry; it and its authority are made where there are none.

    A file is looked at once (`looking` hears of it) before its rows are taken (`progress`).
    An authority whose name is almost that of another is made only when it is said to be `new_authority`.
    """
    with (
        open_for_registry(slug, data, reading, authority, looking) as sheet,
        ImportReport(slug) as report,
        transaction.atomic(),
    ):
        remark = _introduce(slug, authority, new=new_authority)
        registry = _prepare(slug, sheet, title=title, authority=authority)
        counts = _store(registry, sheet, report, progress)
        _require_some(counts, report)
    return _imported(registry, sheet, report, counts, remarks=remark)


def preview_spreadsheet(
    slug: str, data: bytes | BinaryIO, *, reading: ImportOptions = UNSAID
) -> ImportResult:
    """What `import_spreadsheet` would do to an existing registry; nothing is kept."""
    with open_for_registry(slug, data, reading) as sheet, transaction.atomic():
        report = ImportReport()
        registry = _prepare(slug, sheet)
        counts = _store(registry, sheet, report)
        transaction.set_rollback(True)
    return _imported(registry, sheet, report, counts)


def replace_spreadsheet(
    slug: str,
    data: bytes | BinaryIO,
    *,
    reading: ImportOptions = UNSAID,
    keep_absent: bool = False,
    most_removed: int = 100,
) -> ImportResult:
    """Bring a registry to what the file says; records are gone when the file has them no more.

    Nothing is removed while rows are rejected: one of them may be the record that seems absent. More than
    `most_removed` percent at once are refused, since a file that was cut looks alike.
    """
    with open_for_registry(slug, data, reading) as sheet, ImportReport(slug) as report, transaction.atomic():
        registry = _prepare(slug, sheet)
        counts = _store(registry, sheet, report)
        _require_some(counts, report)
        removed = 0
        if not keep_absent and not report.rejected:
            absent, among = list(_absent(registry, sheet)), registry.records.count()
            if len(absent) * 100 > most_removed * among and len(absent) > FEW:
                raise SpreadsheetImportError(
                    f"The file lacks {len(absent):,} of {among:,} records. If they are gone indeed,"
                    " say --allow-removals."
                )
            removed = remove_records(registry, absent)
    return _imported(registry, sheet, report, counts, removed=removed)


@contextmanager
def open_for_registry(
    slug: str,
    data: bytes | BinaryIO,
    reading: ImportOptions,
    authority: str = "",
    looking: Progress | None = None,
) -> Iterator[OpenSpreadsheet]:
    """The spreadsheet, read as this registry's earlier imports were."""
    for name in (slug, authority or slug):
        if not _SLUG.match(name) or len(name) > 64:
            raise SpreadsheetImportError(
                f"{name!r} is no name: use up to 64 small letters, digits and hyphens."
            )
    existing = Registry.objects.select_related("authority").filter(slug=slug).first()
    known = {}
    if existing is not None:
        if reading.key not in ("", existing.key_column):
            raise SpreadsheetImportError(
                f"Registry {slug} is keyed by {existing.key_column}, not by {reading.key}."
            )
        if authority not in ("", existing.authority.slug):
            raise SpreadsheetImportError(
                f"Registry {slug} is kept by {existing.authority.slug}, not by {authority}."
            )
        known = merged(existing.columns)
        reading = ImportOptions(existing.key_column, reading.sheet, reading.encoding, reading.date_order)
    file = io.BytesIO(data) if isinstance(data, bytes) else data
    with open_spreadsheet(file, reading=reading, known=known, looking=looking) as sheet:
        yield sheet


def _introduce(slug: str, authority: str, *, new: bool) -> tuple[str, ...]:
    """What is to be said of an authority that is made with its registry."""
    wanted = authority or slug
    if Registry.objects.filter(slug=slug).exists() or Authority.objects.filter(slug=wanted).exists():
        return ()
    others = Authority.objects.values_list("slug", flat=True) if authority and not new else ()
    for other in others:
        if _mistyped(authority, other):
            raise SpreadsheetImportError(
                f"There is no authority {authority}; did you mean {other}? If it is another one, say"
                " --new-authority."
            )
    return (f"The authority {wanted} was made.",)


def _mistyped(name: str, other: str) -> bool:
    """Whether a name is another's with a slip of a letter or two; numbers differ rightly."""
    match = SequenceMatcher(None, name, other, autojunk=False)
    if len(name) < 6 or match.ratio() < 0.88:
        return False
    slips = [(name[a:b], other[c:d]) for tag, a, b, c, d in match.get_opcodes() if tag != "equal"]
    parts = {*name.split("-")} ^ {*other.split("-")}
    return all(
        len(one) + len(two) <= 2 and f"{one}{two}".replace("-", "a").isalpha() for one, two in slips
    ) and all(len(part) > 2 for part in parts)


def _prepare(slug: str, sheet: OpenSpreadsheet, *, title: str = "", authority: str = "") -> Registry:
    return create_registry(
        slug,
        title=title or label_of(slug),
        authority=authority or slug,
        authority_name=label_of(authority) if authority else "",
        key_column=sheet.key_column,
        columns=[column.described() for column in sheet.columns],
    )


def _store(
    registry: Registry, sheet: OpenSpreadsheet, report: ImportReport, progress: Progress | None = None
) -> StoredCounts:
    def records() -> Iterator[RegistryRecord]:
        for number, entry in enumerate(sheet.entries(), start=1):
            if progress and not number % EVERY:
                progress(number)
            if isinstance(entry, RegistryRecord):
                yield entry
            else:
                report.add(entry)

    return store_records(registry, records(), kept_columns=_missing(registry, sheet))


def _require_some(counts: StoredCounts, report: ImportReport) -> None:
    """Raise where no row could be taken: nothing of it is kept."""
    if report.rejected and not (counts.created or counts.updated or counts.unchanged):
        first = report.first[0]
        raise SpreadsheetImportError(
            f"None of the {report.rejected:,} rows could be taken, and nothing was kept. Row {first.row}:"
            f" {first.reason} All of them are listed in {report.path}."
        )


def _imported(
    registry: Registry,
    sheet: OpenSpreadsheet,
    report: ImportReport,
    counts: StoredCounts,
    *,
    remarks: tuple[str, ...] = (),
    removed: int = 0,
) -> ImportResult:
    return ImportResult(
        registry.slug,
        counts,
        report.rejected,
        tuple(report.first),
        tuple(_missing(registry, sheet)),
        (*remarks, *sheet.remarks),
        removed,
    )


def _missing(registry: Registry, sheet: OpenSpreadsheet) -> list[str]:
    """The registry's columns that a spreadsheet does not have."""
    given = {column.name for column in sheet.columns}
    return [column["name"] for column in registry.columns if column["name"] not in given]


def _absent(registry: Registry, sheet: OpenSpreadsheet) -> Iterator[str]:
    keys = registry.records.values_list("key", flat=True).iterator(chunk_size=BATCH)
    while batch := list(islice(keys, BATCH)):
        yield from sheet.seen.lacks(batch)
