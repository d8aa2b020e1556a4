"""A bank that fails: a real HTTP server with a durable store of its own.

`python -m tests.crash.bank PORT STORE SEED`. One request in three goes wrong: before it is stored, after it
was stored and before it is answered, late (it is carried out after the connection is gone), or by taking
longer than anybody waits. It writes down each arrival and each "absent" that it answered, so that whoever
sends again without having asked is found out.
"""

import json
import random
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS payments (
    id TEXT PRIMARY KEY, payee TEXT, amount TEXT, at REAL, told TEXT DEFAULT ''
);
CREATE TABLE IF NOT EXISTS arrivals (id TEXT, at REAL);
CREATE TABLE IF NOT EXISTS denials (id TEXT, at REAL);
CREATE TABLE IF NOT EXISTS moves (
    number INTEGER PRIMARY KEY, id TEXT, payee TEXT, amount INTEGER, what TEXT, read INTEGER DEFAULT 0
);
"""
FAILURES = ("before", "after", "late", "slow", "error")
LATE, SLOW, SETTLES, RETURNS = 4.0, 1.5, 0.05, 0.3


class Bank:
    """The store, and what is done with it; one writer at a time."""

    def __init__(self, path: str) -> None:
        self.lock = threading.Lock()
        self.store = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
        self.store.execute("PRAGMA journal_mode=WAL")
        self.store.executescript(SCHEMA)

    def take(self, instructions: list[dict[str, str]]) -> dict[str, Any]:
        """Store what is new; an id that is known is answered as it was."""
        with self.lock, self.store:
            self.store.execute("BEGIN IMMEDIATE")
            now = time.time()
            for each in instructions:
                self.store.execute("INSERT INTO arrivals VALUES (?, ?)", (each["id"], now))
                self.store.execute(
                    "INSERT INTO payments (id, payee, amount, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    (each["id"], each["payee"], each["amount"], now),
                )
            self.store.execute("COMMIT")
        return {
            each["id"]: {"state": "accepted", "reference": f"B-{each['id'][:8]}"} for each in instructions
        }

    def status(self, ids: list[str]) -> dict[str, Any]:
        """What is known of them, and whose lack was promised."""
        self.work()
        found = {}
        with self.lock:
            for id in ids:
                row = self.store.execute("SELECT told FROM payments WHERE id = ?", (id,)).fetchone()
                if row is None:
                    self.store.execute("INSERT INTO denials VALUES (?, ?)", (id, time.time()))
                found[id] = {"state": "absent" if row is None else row[0] or "accepted"}
        return found

    def statement(self, _: None) -> list[list[str]]:
        """What was not read yet; the same again until it is put away."""
        self.work()
        with self.lock:
            query = "SELECT number, id, what FROM moves WHERE read = 0 ORDER BY number LIMIT 100"
            return [list(row) for row in self.store.execute(query)]

    def put_away(self, number: int) -> None:
        """Everything up to that line was read."""
        with self.lock:
            self.store.execute("UPDATE moves SET read = 1 WHERE number <= ?", (number,))

    def work(self) -> None:
        """Settle, reject and return what is due; which it is, its id decides."""
        now = time.time()
        with self.lock:
            self.store.execute("BEGIN IMMEDIATE")
            rows = self.store.execute(
                "SELECT id, payee, amount, at, told FROM payments WHERE told IN ('', 'settled')"
            )
            for id, payee, amount, at, told in rows.fetchall():
                fate = int(id[:4], 16) % 100
                if told == "" and now > at + SETTLES:
                    self._move(id, payee, amount, "rejected" if fate < 8 else "settled")
                elif told == "settled" and fate >= 96 and now > at + RETURNS:
                    self._move(id, payee, amount, "returned")
            self.store.execute("COMMIT")

    def _move(self, id: str, payee: str, amount: str, what: str) -> None:
        sign = {"settled": 1, "returned": -1, "rejected": 0}[what]
        minor = sign * int(amount.replace(".", ""))
        self.store.execute("UPDATE payments SET told = ? WHERE id = ?", (what, id))
        add = "INSERT INTO moves (id, payee, amount, what) VALUES (?, ?, ?, ?)"
        self.store.execute(add, (id, payee, minor, what))


DOORS: dict[str, Callable[[Bank, Any], Any]] = {  # each takes and answers what its JSON is
    "/send": Bank.take,
    "/status": Bank.status,
    "/statement": Bank.statement,
    "/put-away": Bank.put_away,
}


def handler(bank: Bank, chance: random.Random) -> type[BaseHTTPRequestHandler]:
    """The server's side of one request, with its mishaps."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            mishap = chance.choice(FAILURES) if chance.random() < 1 / 3 else ""
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if mishap == "error":
                self.send_error(503)
            elif mishap == "late" and self.path == "/send":
                threading.Timer(LATE, bank.take, [body]).start()
            elif mishap != "before":
                answer = DOORS[self.path](bank, body)
                if mishap == "slow":
                    time.sleep(SLOW)
                if mishap != "after":
                    self.answer(answer)
            self.close_connection = True  # with nothing said, where nothing was

        def answer(self, answer: Any) -> None:
            content = json.dumps(answer).encode()
            with suppress(OSError):  # whoever asked is dead, or waits no longer
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Nothing: the store is the log."""

        def finish(self) -> None:
            with suppress(OSError):
                super().finish()

    return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 50

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections that end early are its business."""


if __name__ == "__main__":
    port, path, seed = sys.argv[1:]
    Server(("127.0.0.1", int(port)), handler(Bank(path), random.Random(seed))).serve_forever()
