"""`VAR_DIR`, where registers of people lie: for nobody else to read, and where a site's address is left.

Nothing here needs Django: `manage.py` asks for the address before there are settings.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from django.core.exceptions import ImproperlyConfigured

ADDRESS: Final = "address"
BASE_DIR: Final = Path(__file__).resolve().parents[2]
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def var_folder(environ: Mapping[str, str]) -> Path:
    """The folder that `VAR_DIR` names; `var/` beside the code where it names none."""
    return Path(environ.get("VAR_DIR") or BASE_DIR / "var").absolute()


def private(folder: Path) -> Path:
    """`folder`, made if it is not there, mode 0700, with everything that lies directly in it ours alone.

    What the process writes from here on is ours alone too, wherever it lies.
    """
    os.umask(0o077)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if folder.stat().st_mode & stat.S_ISVTX:
            raise ImproperlyConfigured(f"VAR_DIR {folder} is shared with others; name a folder of its own.")
        _tighten(folder)
        for path in folder.iterdir():
            if not path.is_symlink():
                _tighten(path)
    except OSError as error:
        raise ImproperlyConfigured(
            f"VAR_DIR {folder} cannot be used ({error.strerror}); name a folder that is yours."
        ) from error
    return folder


def private_database(path: str) -> None:
    """Make an SQLite database ours alone wherever it lies, with what SQLite puts beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        file = Path(path + suffix)
        try:
            if file.is_file():
                _tighten(file)
        except OSError as error:
            raise ImproperlyConfigured(
                f"The database {file} cannot be made private ({error.strerror}); make it yours."
            ) from error


def leave_address(folder: Path, base_url: str) -> None:
    """Leave a note of where the site answers, for commands in another shell."""
    draft = folder / f"{ADDRESS}.{os.getpid()}"
    draft.write_text(base_url, encoding="ascii")
    draft.replace(folder / ADDRESS)


def find_address(environ: Mapping[str, str]) -> str:
    """Where the site of this folder answers, or answered last; empty where nobody left a note."""
    try:
        return (var_folder(environ) / ADDRESS).read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""


def _tighten(path: Path) -> None:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & OTHERS:
            path.chmod(mode & ~OTHERS)
    except FileNotFoundError:
        pass  # SQLite takes its own files away
