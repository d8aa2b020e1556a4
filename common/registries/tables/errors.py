"""What makes a file no table, and the bounds beyond which one is refused."""

from typing import Final

from common.registries.connector import RegistryError

MAX_BYTES: Final = 200_000_000  # of a file as it comes
MAX_UNPACKED: Final = 1_000_000_000  # of what it holds
MAX_COLUMNS: Final = 500


class UnreadableSpreadsheetError(RegistryError):
    """A file that as a whole is no table."""

    code = "unreadable_spreadsheet"
