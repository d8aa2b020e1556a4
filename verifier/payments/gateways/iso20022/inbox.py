"""The folder in which a bank lays its files: by whatever name, packed or not, one broken one beside others.

Nothing lies there unseen: what is no file, or cannot be opened, is said; what was looked at is kept beside
its fellows, and never over one of them.
"""

import gzip
import io
import logging
import os
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from common.payments.errors import PaymentMessageError
from common.payments.iso20022.document import MAX_BYTES

READ, REFUSED = "read", "refused"  # where files of the bank go once they were looked at
MAX_MEMBERS: Final = 200  # files in an archive
MAX_UNPACKED: Final = 5 * MAX_BYTES
FRESH: Final = timedelta(hours=1)  # how long a file may be on its way into the folder
_DRAFTS: Final = (".part", ".partial", ".filepart", ".tmp", ".crdownload")
log = logging.getLogger("sello.payments")


class NotAFileError(PaymentMessageError):
    """Something in the folder that is no file which could be read; it stays where it lies."""


def inbox_files(folder: Path, *, now: datetime) -> Iterator[Path]:
    """What lies in the folder, in the order of names; what is being laid there at the moment is left out."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.name in (READ, REFUSED) and path.is_dir():
            continue
        if not (_is_draft(path) and _is_fresh(path, now=now)):
            yield path


def file_documents(path: Path) -> Iterator[tuple[str, bytes | PaymentMessageError]]:
    """The files in a file by their names: itself, or those of an archive; raises where there are none.

    A member that cannot be unpacked stands there as its error; the others are unpacked.
    """
    if path.is_dir():
        raise NotAFileError("This is a folder; files in it are not read.")
    if not path.is_file():
        raise NotAFileError("This is no file.")
    if _is_draft(path):
        raise NotAFileError("This file has the name of one that is still being laid here.")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise NotAFileError("This file cannot be opened.", detail=type(error).__name__) from error
    if data.startswith(b"PK\x03\x04"):
        yield from _unzipped(path.name, data)
    elif data.startswith(b"\x1f\x8b"):
        yield path.name, _ungzipped(data)
    else:
        yield path.name, data


def archive_file(path: Path, where: str) -> None:
    """Move a file that was looked at beside its fellows; one of its name that lies there stays."""
    folder = path.parent / where
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        path.rename(next(folder / name for name in _names(path) if not os.path.lexists(folder / name)))
    except FileNotFoundError:
        return  # another worker has put it away
    except OSError as error:
        log.warning("bank file %s stays where it lies: %s", path.name, type(error).__name__)


def _names(path: Path) -> Iterator[str]:
    yield path.name
    for number in range(2, 10_000):
        yield f"{path.stem}.{number}{path.suffix}"


def _is_draft(path: Path) -> bool:
    return path.name.startswith(".") or path.name.endswith("~") or path.suffix.lower() in _DRAFTS


def _is_fresh(path: Path, *, now: datetime) -> bool:
    try:
        return now.timestamp() - path.lstat().st_mtime < FRESH.total_seconds()
    except OSError:
        return True


def _unzipped(name: str, data: bytes) -> Iterator[tuple[str, bytes | PaymentMessageError]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [each for each in archive.infolist() if not each.is_dir()]
            if len(members) > MAX_MEMBERS:
                raise PaymentMessageError(f"An archive holds {MAX_MEMBERS} files at most.")
            left = MAX_UNPACKED
            for each in members:
                try:
                    with archive.open(each) as member:
                        unpacked = member.read(min(MAX_BYTES, left) + 1)
                except (RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error, EOFError):
                    yield f"{name}/{each.filename}", PaymentMessageError("This file cannot be unpacked.")
                    continue
                left -= len(unpacked)
                if left < 0:
                    raise PaymentMessageError("This archive holds more than is read at once.")
                yield f"{name}/{each.filename}", unpacked
    except zipfile.BadZipFile as error:
        raise PaymentMessageError("This archive cannot be opened.") from error


def _ungzipped(data: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            return packed.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise PaymentMessageError("This file cannot be unpacked.") from error
