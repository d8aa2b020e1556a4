"""What a column holds, told from its heading and from all of its cells; and which column is the key."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from common.registries.claims import humane
from common.registries.dates import DAY_FIRST, DateOrder, date_order, looks_like_date

MAX_TEXT: Final = 10_000
MAX_IMAGE: Final = 131_072  # characters of a data URI, about 96 KB of picture; what the csv module reads, too
_IMAGE: Final = re.compile(r"data:image/(png|jpeg|jpg|webp);base64,([A-Za-z0-9+/=\s]+)\Z")
_MAGIC: Final = {
    "png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff", "jpg": b"\xff\xd8\xff", "webp": b"RIFF",
}  # fmt: skip
_INTEGER: Final = re.compile(r"-?(0|[1-9]\d{0,8})\Z")
_DECIMAL: Final = re.compile(r"-?(0|[1-9]\d{0,8})(\.\d{1,9})?\Z")
_WORDS: Final = (
    {"yes", "no"}, {"true", "false"}, {"y", "n"}, {"sí", "si", "no"}, {"oui", "non"}, {"sim", "não", "nao"},
)  # fmt: skip
_DATE_WORDS: Final = frozenset(
    {"date", "dob", "born", "birthday", "fecha", "nacimiento", "data", "naissance"}
)
# Digits that name something are text: nobody adds them up, and their leading zeros count.
_REACH_WORDS: Final = frozenset({
    "phone", "mobile", "tel", "telephone", "telefono", "teléfono", "celular", "postal", "zip", "pin", "year",
    "año",
})  # fmt: skip
_KEY_WORDS: Final = frozenset({
    "id", "key", "no", "num", "nr", "number", "numero", "número", "code", "codigo", "código", "cod",
    "account", "cuenta", "card", "tarjeta", "dni", "nid", "cedula", "cédula", "curp", "uin", "folio",
})  # fmt: skip
_NAME_WORDS: Final = _KEY_WORDS | _REACH_WORDS


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `order` is how it writes dates, where it is one of dates."""

    name: str
    type: str = "string"
    order: DateOrder = DAY_FIRST

    def described(self) -> dict[str, str]:
        """As a registry's row keeps it."""
        return {"name": self.name, "label": humane(self.name), "type": self.type}

    def clean(self, cell: str) -> str:
        """The cell as it is stored; ValueError with the reason, which never repeats the cell."""
        if self.type == "image":
            return _picture(cell)
        if len(cell) > MAX_TEXT:
            raise ValueError(f"is longer than {MAX_TEXT:,} characters")
        if self.type == "date":
            parsed = self.order.parse(cell)
            if parsed is None:
                raise ValueError("holds no date that can be read")
            return parsed
        return cell


def describe(name: str, cells: Sequence[str], *, known: str = "") -> Column:
    """A column, told from its non-empty cells; `known` is its type from an earlier import, if any."""
    if known == "date" or (known != "string" and _holds_dates(name, cells)):
        return Column(name, "date", date_order(cells))
    if known == "image" or _share(cells, lambda cell: cell.startswith("data:image/")) > 0.5:
        return Column(name, "image")
    if not cells or known == "string":
        return Column(name, known or "string")
    return Column(name, _scalar_type(name, cells))


def find_key(columns: Mapping[str, Sequence[str]], kinds: Mapping[str, str]) -> str | None:
    """The column that tells rows apart; cells are "" where empty. None where no column does.

    A heading that speaks of an identifier forgives a few rows that lack it or repeat it.
    """
    ranked = []
    for position, (name, cells) in enumerate(columns.items()):
        if kinds[name] in ("date", "image", "boolean", "decimal"):
            continue
        doubtful = len(cells) - len(set(cells) - {""})
        words = _words(name)
        if words and words[-1] in _KEY_WORDS and doubtful <= max(2, len(cells) // 10):
            ranked.append((0 if words == ["id"] else 1, position, name))
        elif not doubtful and max(map(len, cells), default=0) <= 128:
            ranked.append((2, position, name))
    return min(ranked)[2] if ranked else None


def _scalar_type(name: str, cells: Sequence[str]) -> str:
    distinct = {cell.casefold() for cell in cells}
    if any(distinct <= words for words in _WORDS):
        return "boolean"
    if set(_words(name)) & _NAME_WORDS:
        return "string"
    if all(_INTEGER.match(cell) for cell in distinct):
        return "integer"
    return "decimal" if all(_DECIMAL.match(cell) for cell in distinct) else "string"


def _holds_dates(name: str, cells: Sequence[str]) -> bool:
    return _share(cells, looks_like_date) >= (0.5 if set(_words(name)) & _DATE_WORDS else 0.8)


def _share(cells: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, cells)) / len(cells) if cells else 0.0


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W_]+", humane(name).casefold())


def _picture(cell: str) -> str:
    found = _IMAGE.match(cell) if len(cell) <= MAX_IMAGE else None
    try:
        content = base64.b64decode(found[2], validate=False) if found else b""
    except binascii.Error:
        content = b""
    if not found or not content.startswith(_MAGIC[found[1]]):
        raise ValueError(f"holds no PNG, JPEG or WebP data URI of up to {MAX_IMAGE:,} characters")
    return cell
