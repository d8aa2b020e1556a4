"""Which column is the key: one whose heading says so. That no value stands twice today proves nothing."""

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from common.registries.columns.column import Column
from common.registries.columns.headings import counts_rows, fused_key, key_word, words
from common.registries.tables.errors import UnreadableSpreadsheetError
from common.registries.values.cells import damage
from common.registries.values.nulls import says_nothing
from common.registries.values.texts import compact

SAMPLE: Final = 20_000  # rows by which candidates are compared
MAX_KEY: Final = 128
_DIGIT: Final = re.compile(r"\d")
_LETTER: Final = re.compile(r"[^\W\d_]")
_FLOAT: Final = re.compile(r"[0-9]+\.0+\Z")
_PARTED: Final = re.compile(r"[0-9]+\.0*[1-9]")
_REMARK: Final = re.compile(r"//|--|[#%;*] ")


class KeyFinder:
    """How well each column tells rows apart, in the first rows of a file."""

    def __init__(self, names: Sequence[str]) -> None:
        self.seen: dict[str, set[str]] = {name: set() for name in names}
        self.doubtful = dict.fromkeys(names, 0)
        self.damaged = dict.fromkeys(names, 0)
        self.counting = {name for name in names if counts_rows(name)}
        self.rows = 0

    def add(self, row: Mapping[str, str]) -> None:
        """Look at one more row."""
        if self.rows >= SAMPLE:
            return
        self.rows += 1
        for name, cell in row.items():
            value = compact(cell)
            if value and name in self.counting and value not in (str(self.rows), f"{self.rows}."):
                self.counting.discard(name)
            if value and damage(value):
                self.damaged[name] += 1
            elif says_nothing(value) or value in self.seen[name] or len(value) > MAX_KEY:
                self.doubtful[name] += 1
            else:
                self.seen[name].add(value)

    def likely(self) -> list[str]:
        """The columns of which one may be it, by their headings."""
        return [name for name in self.seen if key_word(name) or fused_key(name)]

    def find(self, columns: Mapping[str, Column]) -> str:
        """The key, forgiving a few rows that lack it or repeat it where the heading speaks of one."""
        ranked = []
        for position, name in enumerate(columns):
            if columns[name].type in ("date", "image", "boolean", "decimal"):
                continue
            if key_word(name) and self.doubtful[name] <= max(2, self.rows // 10):
                # Of two that may be it, the one that tells all rows apart: people, not their households.
                # The number of a row is the last of them: next year it is another person's.
                rank = 0 if words(name) == ("id",) else 2 if self.doubtful[name] else 1
                rank = 4 if name in self.counting else rank
                ranked.append((rank, position, name))
            elif fused_key(name) and not self.doubtful[name]:
                ranked.append((3, position, name))
        if ranked:
            return min(ranked)[2]
        apart = [name for name in columns if not self.doubtful[name] and not self.damaged[name]]
        raise UnreadableSpreadsheetError(
            "No heading says which column tells rows apart, and names do not: two people may have one name."
            f" Name the column with --key. {_candidates(apart, columns)}"
        )


def _candidates(apart: Sequence[str], columns: Iterable[str]) -> str:
    if apart:
        return f"In this file no value stands twice in: {', '.join(apart)}."
    return f"In this file each of them has values twice: {', '.join(columns)}."


class KeyHabit:
    """How a column writes keys, so that what stands in place of one can be told: a remark, a word, 101.0."""

    def __init__(self) -> None:
        self.numbers = self.mixed = self.words = self.marked = 0
        self.parted = False

    def add(self, key: str) -> None:
        """Look at one more."""
        if _DIGIT.search(key):
            letters = bool(_LETTER.search(key))
            self.mixed += letters
            self.numbers += not letters
            self.parted = self.parted or ("." in key and bool(_PARTED.match(key)))
        else:
            self.words += bool(key)
        self.marked += key.startswith("#")

    def fault(self, key: str) -> str | None:
        """Why it is no key, as the end of a sentence; None where it may be one."""
        others = self.numbers + self.mixed
        if _REMARK.match(key) or (key.startswith("#") and self.marked * 2 <= others + self.words):
            return "begins as remarks do"
        if key.startswith("="):
            return "holds a formula in place of what it works out"
        if _FLOAT.match(key) and not self.parted:
            return (
                "holds a number to which a program has added .0; format the column as text and export again"
            )
        most = others if not self.mixed else others // 10
        if others >= 2 and self.words <= max(1, most) and not _DIGIT.search(key):
            return "holds a word, the other keys are numbers: it is a heading, a total or a remark"
        return None


class SeenKeys:
    """The keys of a file with the rows where they stood first, on disk where they are many."""

    def __init__(self) -> None:
        self.database = sqlite3.connect("", isolation_level=None)
        self.database.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, row INTEGER) WITHOUT ROWID")
        self.database.execute("BEGIN")

    def add(self, key: str, row: int) -> int | None:
        """Note a key; the row where it stood before, if it did."""
        if self.database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, row)).rowcount:
            return None
        [first] = self.database.execute("SELECT row FROM seen WHERE key = ?", (key,)).fetchone()
        return int(first)

    def lacks(self, keys: Iterable[str]) -> list[str]:
        """Those of the keys that did not stand in the file."""
        find = "SELECT 1 FROM seen WHERE key = ?"
        return [key for key in keys if self.database.execute(find, (key,)).fetchone() is None]

    def close(self) -> None:
        """Forget them."""
        self.database.close()
