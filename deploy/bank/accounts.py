"""What the bank was asked to pay and what became of it: each reference once, whatever happens in between."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

CLOSED = "closed"  # an account number that begins so is one that was closed (ISO 20022 reason AC04)


@dataclass(frozen=True, slots=True)
class Paid:
    """One payment: `asked` is who asked, `status` succ or rjct, `again` that it was here before."""

    reference: str
    payee: str
    amount: str
    currency: str
    status: str
    reason: str
    again: bool = False


class Accounts:
    """The bank's book. A payment that it has is never carried out a second time."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        with self._open() as db:
            db.execute(
                "CREATE TABLE IF NOT EXISTS paid (reference TEXT PRIMARY KEY, payee TEXT, amount TEXT,"
                " currency TEXT, status TEXT, reason TEXT, at TEXT)"
            )

    def pay(self, reference: str, payee: str, amount: str, currency: str, *, now: datetime) -> Paid:
        """Pay, or say what became of it when it was asked for first; another amount is another payment."""
        status, reason = ("rjct", "AC04") if payee.partition(":")[2].startswith(CLOSED) else ("succ", "")
        with self._open() as db:
            new = db.execute(
                "INSERT OR IGNORE INTO paid VALUES (?, ?, ?, ?, ?, ?, ?)",
                (reference, payee, amount, currency, status, reason, now.isoformat()),
            ).rowcount
        found = self.find(reference)
        assert found is not None
        return Paid(*found, again=not new)

    def find(self, reference: str) -> tuple[str, str, str, str, str, str] | None:
        """The row of a payment."""
        with self._open() as db:
            found: tuple[str, str, str, str, str, str] | None = db.execute(
                "SELECT reference, payee, amount, currency, status, reason FROM paid WHERE reference = ?",
                (reference,),
            ).fetchone()
        return found

    def total(self) -> int:
        """How many payments were carried out."""
        with self._open() as db:
            number: int = db.execute("SELECT count(*) FROM paid WHERE status = 'succ'").fetchone()[0]
        return number

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=30)) as db, db:
            yield db
