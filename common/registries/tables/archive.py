"""ZIP archives: what they say they hold is asked before anything is unpacked, and nothing beyond it is."""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO, Final, cast

from common.registries.tables.errors import MAX_BYTES, MAX_UNPACKED, UnreadableSpreadsheetError

MAX_ENTRIES: Final = 5_000
IN_MEMORY: Final = 5_000_000
_TABLES: Final = (".csv", ".tsv", ".txt", ".tab", ".xlsx", ".xlsm", ".xls", ".ods")
_FAULTS: Final = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError)


def read_archive(file: BinaryIO) -> zipfile.ZipFile:
    """The archive, once its promises are within bounds; zipfile reads no more than an entry promises."""
    file.seek(0)
    try:
        archive = zipfile.ZipFile(file)
    except _FAULTS as error:
        raise UnreadableSpreadsheetError("The archive or workbook is broken.", detail=str(error)) from error
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise UnreadableSpreadsheetError(
            f"The archive or workbook unpacks to more than {MAX_UNPACKED // 1_000_000:,} MB; split it."
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableSpreadsheetError("The archive or workbook has a password; save it without one.")
    return archive


@contextmanager
def only_table(archive: zipfile.ZipFile) -> Iterator[BinaryIO]:
    """The one table that an archive holds, unpacked beside it."""
    found = [entry for entry in archive.infolist() if _is_file(entry)]
    named = [entry for entry in found if entry.filename.lower().endswith(_TABLES)]
    tables = [entry for entry in named if not entry.filename.lower().endswith(".txt")] or named or found
    if len(tables) != 1:
        raise UnreadableSpreadsheetError(
            f"The archive holds {len(tables)} tables; unpack it and import them one by one."
            if tables
            else "The archive holds no table."
        )
    if tables[0].file_size > MAX_BYTES:
        raise UnreadableSpreadsheetError(f"The file is larger than {MAX_BYTES // 1_000_000} MB; split it.")
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as unpacked:
        try:
            with archive.open(tables[0]) as packed:
                shutil.copyfileobj(packed, cast(IO[bytes], unpacked))
        except _FAULTS as error:
            raise UnreadableSpreadsheetError("The archive is broken.", detail=str(error)) from error
        yield cast(BinaryIO, unpacked)


def _is_file(entry: zipfile.ZipInfo) -> bool:
    parts = entry.filename.split("/")
    return not entry.is_dir() and parts[0] != "__MACOSX" and not parts[-1].startswith(".")
