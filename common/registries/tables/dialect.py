"""What a text file of cells does not say of itself: by which sign its cells are parted and quoted."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from common.registries.tables.lines import read_rows

DELIMITERS: Final = ("\t", ",", ";", "|", "^", "~", "¦")
SAMPLE: Final = 200
_DECLARED: Final = re.compile(r"sep=(.)\r?\n?\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are separated and quoted."""

    delimiter: str
    quote: str = '"'


def declared_dialect(line: str) -> str | None:
    """The delimiter that the first line declares, as Excel understands it: `sep=;`."""
    found = _DECLARED.match(line)
    return found[1] if found else None


def find_dialect(lines: Sequence[str], delimiters: Iterable[str] = DELIMITERS) -> Dialect:
    """The dialect under which the first rows are most alike, and widest; tabs stand in no text."""
    first = next((line for line in lines if line.strip()), "")
    quote = "'" if re.match(r"'[^',;|\t]*'[,;|\t]", first) else '"'

    def score(delimiter: str) -> tuple[bool, bool, float, bool, int]:
        found = read_rows(lines, delimiter=delimiter, quote=quote, width=None)
        widths = [len(row) for row in islice(found, SAMPLE) if row]
        if not widths:
            return False, False, 0.0, False, 0
        [(usual, often)] = Counter(widths).most_common(1)
        share = round(often / len(widths), 2)
        return usual > 1, widths[0] > 1, share, delimiter == "\t", usual

    return Dialect(max(delimiters, key=score), quote)
