"""The matrix in words: on a terminal after a run, and in docs/interop.md between two marks.

`python -m tests.interop.table` prints the committed results. With `--refresh` it first takes those of the
last run from `VAR_DIR/interop.json` into `docs/interop.json`, and writes that page's block anew.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.interop.matrix import COLUMNS, OURS

ROOT: Final = Path(__file__).resolve().parents[2]
KEPT: Final = ROOT / "docs" / "interop.json"
PAGE: Final = ROOT / "docs" / "interop.md"
BEGIN: Final = "<!-- interop:begin -->"
END: Final = "<!-- interop:end -->"
ROLES: Final = (" issuer", " wallet")
OUTCOMES: Final = {"skipped": "not run", "differs": "they differ"}


def table(results: Mapping[str, Any]) -> str:
    """The matrix as a Markdown table, a row a pair, a column a format; then why some cells are empty."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    reasons: list[str] = []
    for cell in sorted(results["cells"], key=_place):
        rows.setdefault((cell["giver"], cell["taker"]), {})[cell["format"]] = _words(cell, reasons)
    shown = [name for name in COLUMNS if any(name in row for row in rows.values())]
    lines = [
        ["from", "to", *shown],
        *([giver, taker, *(row.get(name, "") for name in shown)] for (giver, taker), row in rows.items()),
    ]
    widths = [max(3, *(len(line[at]) for line in lines)) for at in range(len(lines[0]))]
    drawn = [_line(line, widths) for line in lines]
    drawn.insert(1, _line(["-" * width for width in widths], widths))
    notes = [f"{_mark(number)} {reason}" for number, reason in enumerate(reasons, 1)]
    return "\n".join([*drawn, *(["", *("- " + note for note in notes)] if notes else [])])


def _place(cell: Mapping[str, Any]) -> tuple[int, bool, str, int]:
    """Issuing first, then presenting, then credentials by themselves; ours before theirs."""
    part = next((at for at, role in enumerate(ROLES) if cell["giver"].endswith(role)), len(ROLES))
    theirs = not cell["giver"].startswith(OURS)
    return part, theirs, cell["giver"] + cell["taker"], COLUMNS.index(cell["format"])


def _words(cell: Mapping[str, Any], reasons: list[str]) -> str:
    """`4 + 1`: four taken as they were, one refused that was tampered with."""
    if cell["outcome"] == "failed":
        return f"**{cell['failed']} failed**"
    if cell["outcome"] == "passed":
        return f"{cell['taken']} + {cell['refused']}"
    if cell["reason"] not in reasons:
        reasons.append(cell["reason"])
    return f"{OUTCOMES[cell['outcome']]} {_mark(reasons.index(cell['reason']) + 1)}"


def _mark(number: int) -> str:
    return "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(digit)] for digit in str(number))


def _line(values: list[str], widths: list[int]) -> str:
    return "| " + " | ".join(value.ljust(width) for value, width in zip(values, widths, strict=True)) + " |"


def block(results: Mapping[str, Any]) -> str:
    """What stands in the page between the two marks."""
    peers = ", ".join(f"{name} {version}" for name, version in sorted(results["peers"].items()))
    return "\n".join(
        [
            BEGIN,
            f"Who agreed with whom in `make test-interop` on {results['date']}: `4 + 1` means that four were"
            " taken as they were, and one that somebody had tampered with was refused. Empty: not tried.",
            "",
            table(results),
            "",
            f"Peers: {peers}.",
            END,
        ]
    )


def rewritten(page: str, results: Mapping[str, Any]) -> str:
    """The page with the block of these results."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The page lacks {BEGIN} and {END}.")
    return before + block(results) + after


def refresh() -> None:
    """Take the last run's results as those to be told."""
    run = json.loads((Path(os.environ.get("VAR_DIR", ROOT / "var")) / "interop.json").read_text())
    kept = {name: run[name] for name in ("date", "peers", "cells")}
    KEPT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    PAGE.write_text(rewritten(PAGE.read_text(), kept))


if __name__ == "__main__":
    if "--refresh" in sys.argv[1:]:
        refresh()
    sys.stdout.write(table(json.loads(KEPT.read_text())) + "\n")
