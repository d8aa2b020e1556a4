"""An uploaded spreadsheet between check and import: a file that only its uploader's session can name."""

import os
import secrets
import time
from pathlib import Path
from typing import Final

from django.conf import settings

from common.registries.connector import RegistryError

KEPT_SECONDS: Final = 3600


class UploadGoneError(RegistryError):
    """An upload that was imported, or forgotten after an hour."""

    code = "upload_gone"
    status = 404


def keep_upload(data: bytes) -> str:
    """Put a file aside for an hour, readable by nobody else, and return its secret name."""
    folder = _folder()
    for old in folder.iterdir():
        if old.stat().st_mtime < time.time() - KEPT_SECONDS:
            old.unlink(missing_ok=True)
    name = secrets.token_urlsafe(16)
    with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    return name


def take_upload(name: str) -> bytes:
    """The file of that name, which is gone from then on."""
    path = _folder() / Path(name).name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UploadGoneError("This file is not here any more; upload it again.") from error
    path.unlink(missing_ok=True)
    return data


def _folder() -> Path:
    folder: Path = settings.VAR_DIR / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
