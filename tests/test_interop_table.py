"""The matrix of `make test-interop`: how cells come of tests, and that the page tells the committed run."""

import json
import re
from datetime import date
from typing import Any

import pytest

from tests.interop import matrix, table


def said(*, tampered: bool = False, giver: str = "Sello", taker: str = "Peer", name: str = "vc+jwt") -> Any:
    return {"giver": giver, "taker": taker, "format": name, "tampered": tampered}


def drawn(*outcomes: tuple[Any, str, str]) -> str:
    return table.table(matrix.summary(outcomes, day=date(2026, 11, 22)))


def test_the_page_tells_the_committed_results() -> None:
    kept, page = json.loads(table.KEPT.read_text()), table.PAGE.read_text()
    assert table.rewritten(page, kept) == page, "say `make interop-table` after a run of `make test-interop`"


def test_the_committed_results_hold() -> None:
    kept = json.loads(table.KEPT.read_text())
    assert kept["cells"]
    for cell in kept["cells"]:
        assert cell["outcome"] != "failed", cell
        assert cell["outcome"] == "passed" or cell["reason"], cell
        assert matrix.column(cell["format"]) == cell["format"]


def test_a_cell_counts_what_was_taken_and_what_was_refused() -> None:
    text = drawn((said(), "passed", ""), (said(), "passed", ""), (said(tampered=True), "passed", ""))
    assert re.search(r"\| Sello +\| Peer +\| 2 \+ 1 +\|$", text)


@pytest.mark.parametrize(
    ("outcome", "shown"),
    [("failed", r"\*\*1 failed\*\*"), ("differs", "they differ ¹"), ("skipped", r"1 \+ 0")],
)
def test_a_cell_is_as_its_gravest_test(outcome: str, shown: str) -> None:
    assert re.search(shown, drawn((said(), "passed", ""), (said(), outcome, "because")))


def test_reasons_stand_below_once() -> None:
    text = drawn(
        (said(), "skipped", "no such peer"),
        (said(name="mso_mdoc"), "skipped", "no such peer"),
        (said(name="dc+sd-jwt"), "differs", "another draft"),
    )
    assert text.endswith("- ¹ another draft\n- ² no such peer")
    assert text.count("not run ²") == 2
    assert "they differ ¹" in text


def test_ours_stand_before_theirs_and_issuing_before_presenting() -> None:
    rows = [
        ("Peer", "Sello"),
        ("Peer wallet", "Sello verifier"),
        ("Sello", "Peer"),
        ("Sello issuer", "Peer wallet"),
    ]
    text = drawn(*((said(giver=giver, taker=taker), "passed", "") for giver, taker in rows))
    found = [tuple(part.strip() for part in line.split("|")[1:3]) for line in text.splitlines()[2:]]
    assert found == [rows[3], rows[1], rows[2], rows[0]]


def test_formats_have_their_columns() -> None:
    assert matrix.column("ldp_vc") == "eddsa-rdfc-2022"
    assert matrix.column("ldp_vc:ecdsa-sd-2023") == "ecdsa-sd-2023"
    with pytest.raises(ValueError, match="no column"):
        matrix.column("claim169")
