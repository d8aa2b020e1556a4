"""What a column holds: its type, and how its days and numbers are written, kept with it from then on."""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from common.registries.claims.mapping import label_of
from common.registries.columns.headings import names_identifier, speaks_of_days
from common.registries.connector import RegistryError
from common.registries.values.cells import damage
from common.registries.values.dates import DAY_FIRST, MONTH_FIRST, DateOrder
from common.registries.values.nulls import is_machines, is_placeholder, says_nothing
from common.registries.values.numbers import plain_number
from common.registries.values.texts import compact, western

MAX_TEXT: Final = 10_000
MAX_IMAGE: Final = 131_072  # characters of a data URI, about 96 KB of picture; what the csv module reads, too
ORDERS: Final[Mapping[str, DateOrder]] = {"day": DAY_FIRST, "month": MONTH_FIRST}
_IMAGE: Final = re.compile(r"data:image/(png|jpeg|jpg|webp);base64,([A-Za-z0-9+/=\s]+)\Z")
_MAGIC: Final = {
    "png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff", "jpg": b"\xff\xd8\xff", "webp": b"RIFF",
}  # fmt: skip
_SERIAL: Final = re.compile(r"[1-9][0-9]{4}(?:\.[0-9]+)?\Z")
SHORT_YEAR: Final = re.compile(r"\d{1,2}[-/. ](?:\d{1,2}|[^\W\d_]+)[-/. ]\d{2}\Z")


class ColumnContradictedError(RegistryError):
    """A file that writes a column otherwise than what is known of it."""

    code = "column_contradicted"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a registry.

    `order` is how it writes days whose year does not stand first, None where it never has; `mark` stands
    before the fractions of its numbers. `open` means that nobody has seen a value yet.
    """

    name: str
    type: str = "string"
    order: DateOrder | None = None
    mark: str = "."
    open: bool = False

    @classmethod
    def known(cls, entry: Mapping[str, Any]) -> "Column":
        """As a registry's row describes it."""
        return cls(
            entry["name"],
            entry.get("type", "string"),
            order=ORDERS.get(entry.get("order", "")),
            mark=entry.get("mark", "."),
            open=bool(entry.get("open")),
        )

    def described(self) -> dict[str, Any]:
        """As a registry's row keeps it; what is as it usually is stays unsaid."""
        said: dict[str, Any] = {"name": self.name, "label": label_of(self.name), "type": self.type}
        if self.order is not None:
            said["order"] = "month" if self.order.month_first else "day"
        if self.mark != ".":
            said["mark"] = self.mark
        if self.open:
            said["open"] = True
        return said

    def clean(self, cell: str) -> str:
        """The cell as it is stored, "" where it says nothing; ValueError with the reason alone."""
        if self.type == "image":
            return _picture(cell)
        if len(cell) > MAX_TEXT:
            raise ValueError(f"is longer than {MAX_TEXT:,} characters")
        named = self.type == "string" and names_identifier(self.name)
        blank = self.open or named or (self.type == "string" and speaks_of_days(self.name))
        if is_machines(cell) or (blank and is_placeholder(cell)):
            return ""
        if fault := damage(cell):
            raise ValueError(fault)
        if self.type == "string":
            return compact(cell) if named else cell
        value = compact(cell)
        return "" if says_nothing(value) else self._typed(value)

    def _typed(self, value: str) -> str:
        if self.type == "date":
            parsed = (self.order or DAY_FIRST).parse(value)
            if parsed is None:
                raise ValueError(_no_date(value))
            return parsed
        if self.type in ("integer", "decimal"):
            number = plain_number(western(value), self.mark)
            if number is None:
                raise ValueError("holds no number that can be read")
            return number
        return value


def merged(columns: Iterable[Mapping[str, Any]]) -> dict[str, Column]:
    """The columns of a registry's row by name."""
    return {entry["name"]: Column.known(entry) for entry in columns}


def _no_date(value: str) -> str:
    if _SERIAL.match(value):
        return (
            "holds a spreadsheet program's number of a day; format the column as dates (YYYY-MM-DD) and"
            " export again"
        )
    if SHORT_YEAR.match(value):
        return "holds a year of two digits, which says no century"
    return "holds no date that can be read"


def _picture(cell: str) -> str:
    found = _IMAGE.match(cell) if len(cell) <= MAX_IMAGE else None
    try:
        content = base64.b64decode(found[2], validate=False) if found else b""
    except binascii.Error:
        content = b""
    if not found or not content.startswith(_MAGIC[found[1]]):
        raise ValueError(f"holds no PNG, JPEG or WebP data URI of up to {MAX_IMAGE:,} characters")
    return cell
