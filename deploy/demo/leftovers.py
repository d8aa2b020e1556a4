"""What a day leaves behind: rows of wallet and services, sessions and logs, searched for what was shown."""

import base64
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing

from deploy.demo.narrator import Narrator
from deploy.demo.world import Site

HERS = ("P-0001", "F-0001", "D-0001")
SHORTEST = 6  # what is shorter may stand anywhere by chance
ISSUERS_OWN = "issuer_"  # the registers themselves


def nothing_is_left_behind(site: Site, narrator: Narrator) -> None:
    """End the story where a claim of Ana's lies outside the registers it came from."""
    narrator.chapter("What the day leaves behind")
    told_where = "Her names, numbers and dates lie in the registers alone: not with wallet, services, logs"
    with (
        narrator.step(told_where) as told,
        closing(sqlite3.connect(site.folder / "sello.sqlite3")) as database,
    ):
        claims = set(_claims(database))
        places = dict(_places(database)) | {"site.log": (site.folder / "site.log").read_bytes()}
        for place, content in places.items():
            for claim in claims:
                told.must(not any(form in content for form in _forms(claim)), f"{place} holds a claim.")
        told(f"{len(claims)} values searched for in {len(places)} places")


def _claims(database: sqlite3.Connection) -> Iterator[str]:
    marks = ", ".join("?" * len(HERS))
    for (data,) in database.execute(f"SELECT data FROM issuer_record WHERE key IN ({marks})", HERS):  # noqa: S608
        for value in json.loads(data).values():
            if isinstance(value, str) and len(value) >= SHORTEST and value not in HERS:
                yield value


def _places(database: sqlite3.Connection) -> Iterator[tuple[str, bytes]]:
    """Every table that is not the issuer's, as one run of bytes."""
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in tables:
        if not table.startswith(ISSUERS_OWN):
            rows = database.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the database's own names
            cells = (cell for row in rows for cell in row if cell is not None)
            yield table, b"\n".join(c if isinstance(c, bytes) else str(c).encode() for c in cells)


def _forms(claim: str) -> Iterator[bytes]:
    """A claim as it would stand in a row: plain, escaped as JSON, or within base64 at each offset."""
    plain = claim.encode()
    yield plain
    yield json.dumps(claim)[1:-1].encode()
    for start in range(3):  # within base64 only whole groups of three bytes look alike
        groups = plain[start : start + (len(plain) - start) // 3 * 3]
        if len(groups) >= 2 * SHORTEST:
            yield base64.urlsafe_b64encode(groups)
