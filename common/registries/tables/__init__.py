"""Files as tables: whatever a person exports becomes rows of text, or is refused with a reason.

opening.py tells what a file is · archive.py unpacks within bounds · xlsx.py, xls.py and ods.py read
workbooks · encodings.py, dialect.py and lines.py read text · heading.py finds the names of the columns.
"""

from typing import Final

from common.registries import RegistryError

MAX_BYTES: Final = 200_000_000  # of a file as it comes
MAX_UNPACKED: Final = 1_000_000_000  # of what it holds
MAX_COLUMNS: Final = 500


class UnreadableSpreadsheetError(RegistryError):
    """A file that as a whole is no table."""

    code = "unreadable_spreadsheet"
