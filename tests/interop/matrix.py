"""The matrix: which of its cells a test fills, and what becomes of a cell.

A test says with `pair` who gave what to whom, and whether somebody had tampered with it; nothing else is
written down by hand. A cell passes when every test of it did. Where the peer departs from a specification,
its test is one that must fail (`xfail`, strict) and says why; where it cannot run, one that skips and says
why.
"""

import json
from collections.abc import Iterable
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import pytest

HERE: Final = Path(__file__).resolve().parent
# The columns: the formats, those of Data Integrity by their suite.
COLUMNS: Final = (
    "eddsa-rdfc-2022", "ecdsa-rdfc-2019", "eddsa-jcs-2022", "ecdsa-jcs-2019", "ecdsa-sd-2023",
    "dc+sd-jwt", "mso_mdoc", "vc+jwt",
)  # fmt: skip
# What a site signs linked data with where nobody says which suite.
ALIASES: Final = {"ldp_vc": "eddsa-rdfc-2022", "jwt_vc_json": "vc+jwt"}
OURS: Final = "Sello"
ISSUER, WALLET, VERIFIER = (f"{OURS} {role}" for role in ("issuer", "wallet", "verifier"))
THEIR_ISSUER, THEIR_WALLET, THEIR_VERIFIER = (
    f"oid4vc-ts {role}" for role in ("issuer", "wallet", "verifier")
)
PYTHON_PEERS: Final = ("openvc-core", "pymdoccbor")
# A cell is as its gravest test; one that was run at all outweighs one that was not.
GRAVITY: Final = ("", "skipped", "passed", "differs", "failed")
Cell = dict[str, Any]


def pair(
    giver: str, taker: str, *formats: str, tampered: bool = False, parameter: str = "credential_format"
) -> pytest.MarkDecorator:
    """The row of a test, and its columns: the formats named, else those that are the test's parameter."""
    return pytest.mark.pair(giver=giver, taker=taker, formats=formats, tampered=tampered, parameter=parameter)


def told_by(item: pytest.Item) -> list[Cell]:
    """What a test says of itself, once for each cell that it fills."""
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return [
        {
            "giver": mark.kwargs["giver"],
            "taker": mark.kwargs["taker"],
            "format": column(name),
            "tampered": mark.kwargs["tampered"],
        }
        for mark in item.iter_markers("pair")
        for name in mark.kwargs["formats"] or parameters[mark.kwargs["parameter"]].split()
    ]


def column(credential_format: str) -> str:
    """The column of an OpenID4VCI format identifier, with or without a suite after a colon."""
    name = ALIASES.get(credential_format, credential_format.removeprefix("ldp_vc:"))
    if name not in COLUMNS:
        raise ValueError(f"{credential_format} is no column of the matrix: {', '.join(COLUMNS)}")
    return name


def cells(outcomes: Iterable[tuple[Cell, str, str]]) -> list[Cell]:
    """The cells, of (what a test said, its outcome, why it did not pass), in the order of the tests."""
    found: dict[tuple[str, str, str], Cell] = {}
    for said, outcome, reason in outcomes:
        key = (said["giver"], said["taker"], said["format"])
        empty = {"taken": 0, "refused": 0, "failed": 0, "outcome": "", "reason": ""}
        cell = found.setdefault(key, {**dict(zip(("giver", "taker", "format"), key, strict=True)), **empty})
        if outcome == "passed":
            cell["refused" if said["tampered"] else "taken"] += 1
        elif outcome == "failed":
            cell["failed"] += 1
        if reason:
            cell["reason"] = reason
        cell["outcome"] = max(cell["outcome"], outcome, key=GRAVITY.index)
    return list(found.values())


def versions() -> dict[str, str]:
    """Whom we met: the packages in the name of an organisation on npm, and those of PyPI, with versions."""
    found: dict[str, str] = {}
    for folder in (HERE, HERE / "credo"):
        named = json.loads((folder / "package.json").read_text())["dependencies"]
        found |= {name: version for name, version in named.items() if name.startswith("@")}
    for name in PYTHON_PEERS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def summary(outcomes: Iterable[tuple[Cell, str, str]], *, day: date) -> dict[str, Any]:
    """What is kept of a run: its day, its peers, its cells."""
    return {"date": day.isoformat(), "peers": versions(), "cells": cells(outcomes)}
