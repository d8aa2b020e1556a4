"""Payments to a bank that fails, by processes that are killed, for test_payments.py."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command

from common.adapters.network import http
from common.errors import FetchError
from tests.ports import reserved
from verifier.models import GatewayAccount, PaymentInstruction, Programme
from verifier.payments import gateways
from verifier.payments.delivery.outbox import deliver_outbox
from verifier.payments.delivery.reconciliation import reconcile
from verifier.payments.instructions.booking import PaymentDue, book_payment
from verifier.payments.instructions.gateway import (
    GatewayConfig,
    GatewayKind,
    Instruction,
    PaymentReceipt,
    PaymentReceipts,
)
from verifier.payments.reports.balances import payments_report

MANY, AMOUNT, KILLED_AFTER = 1_000, 1_050, 400  # people; minor units; SQL statements, on average
SPEED, PATIENCE = 100, 120  # how much faster the payers' clock goes; seconds without any change
START = datetime(2026, 11, 22, tzinfo=UTC)
STORE = Path(settings.VAR_DIR) / "bank.sqlite3"
DEAD = ["REJECTED", "RETURNED", "RELEASED"]
WORK = [f"tests.crash.paying:{name}" for name in ("book", "book", "deliver", "deliver", "deliver")]
http.MAX_SECONDS = 0.6


class TrialGateway:
    """A gateway as plain as can be: JSON over HTTP, through the one door."""

    max_batch = 10

    def __init__(self, account: GatewayConfig) -> None:
        self._url = account.config["url"]

    def send(self, instructions: Sequence[Instruction], *, now: datetime) -> PaymentReceipts:
        return self._receipts(self._ask("send", [each.to_json() for each in instructions]))

    def status(self, instructions: Sequence[Instruction], *, now: datetime) -> PaymentReceipts:
        return self._receipts(self._ask("status", [each.id for each in instructions]))

    def statements(self, *, now: datetime) -> Iterator[PaymentReceipts]:
        while lines := self._ask("statement", None):
            for _, number, what in lines:
                yield {number: PaymentReceipt(what)}
            self._ask("put-away", lines[-1][0])

    def _ask(self, what: str, body: Any) -> Any:
        reply = http.request("POST", f"{self._url}/{what}", body=json.dumps(body).encode())
        if reply.status != 200:
            raise FetchError("The bank has a bad day.", detail=str(reply.status))
        return json.loads(reply.body)

    def _receipts(self, answer: dict[str, dict[str, str]]) -> PaymentReceipts:
        return {number: PaymentReceipt(**said) for number, said in answer.items()}  # type: ignore[arg-type]


gateways.GATEWAYS["trial"] = GatewayKind(TrialGateway)


def clock() -> datetime:
    """The payers' common time: a minute of it is over in less than a second."""
    passed = time.time() - float(os.environ["CRASH_BEGUN"])
    return datetime.fromtimestamp(START.timestamp() + passed * SPEED, UTC)


def book() -> None:
    """What the services' pages do: pay everybody who has not got their money, whoever else is at it."""
    programme = Programme.objects.get()
    while not over():
        alive = set(PaymentInstruction.objects.exclude(state__in=DEAD).values_list("key", flat=True))
        for person in map(str, range(MANY)):
            if person not in alive:
                due = PaymentDue(
                    key=person, period="2026", amount=AMOUNT, payee=f"person {person}", purpose="Trial",
                    reference=f"R-{person}", holder=f"key-{person}",
                )  # fmt: skip
                book_payment(programme, due, now=clock())
        time.sleep(0.3)


def deliver() -> None:
    """What `deliver_outbox` and `reconcile_payments` do, again and again."""
    while not over():
        deliver_outbox(clock=clock)
        reconcile(clock=clock)
        time.sleep(0.1)


def over() -> bool:
    """Whether everybody has their money, and the bank has told all that it did and will do."""
    if PaymentInstruction.objects.filter(state="SETTLED").count() < MANY:
        return False
    with sqlite3.connect(STORE, timeout=30) as bank:
        [[unread]] = bank.execute("SELECT count(*) FROM moves WHERE read = 0")
        settled = bank.execute("SELECT id FROM payments WHERE told = 'settled'")
        return not unread and not any(int(id[:4], 16) % 100 >= 96 for (id,) in settled)


def pay() -> None:
    """Let it happen, look at the books all the while, and print what was seen as JSON."""
    call_command("migrate", verbosity=0)
    port = reserved()
    url = f"http://127.0.0.1:{port}"
    account = GatewayAccount.objects.create(name="trial", kind="trial", config={"url": url})
    Programme.objects.create(
        slug="trial", title="Trial", currency="USD", budget=MANY * AMOUNT, gateway=account,
        rules={"who": [], "how_much": {"fixed": "10.50"}, "how_often": "once", "per": "identity.number"},
    )  # fmt: skip
    os.environ |= {"CRASH_BEGUN": str(time.time()), "FETCH_ORIGINS": url}
    bank = _bank(port, 0)
    killing = [sys.executable, "-m", "tests.crash.killing", "7", str(KILLED_AFTER), *WORK]
    payers = subprocess.Popen(killing, stdout=subprocess.PIPE)
    seen: Counter[str] = Counter()
    entries, changed = 0, time.time()
    try:
        while payers.poll() is None:
            time.sleep(0.2)
            seen["looks"] += 1
            found = payments_report()
            if found["faults"]:
                sys.exit(f"The books do not balance: {found['faults']}")
            if found["entries"] != entries:
                entries, changed = found["entries"], time.time()
            elif time.time() > changed + PATIENCE:
                sys.exit(f"Something is stuck: {found['programmes']}")
            if seen["looks"] % 25 == 0:
                bank.kill()
                bank.wait()
                seen["banks"] += 1
                bank = _bank(port, seen["looks"])
        said, _ = payers.communicate()
        if payers.returncode:
            sys.exit("The payers gave up.")
    finally:
        payers.kill()
        bank.kill()
    seconds = round(time.time() - float(os.environ["CRASH_BEGUN"]), 1)
    seen_all = {"seconds": seconds, "looks": seen["looks"], "banks killed": seen["banks"], "entries": entries}
    sys.stdout.write(json.dumps(compare() | seen_all | json.loads(said) | payments_report()["programmes"][0]))


def compare() -> dict[str, Any]:
    """The bank's books against ours: who got how much, and who was sent how often."""
    ours = {row.number: row for row in PaymentInstruction.objects.all()}
    with sqlite3.connect(STORE) as bank:
        got = dict(bank.execute("SELECT payee, sum(amount) FROM moves GROUP BY payee"))
        theirs = dict(bank.execute("SELECT id, told FROM payments"))
        arrivals = dict(bank.execute("SELECT id, count(*) FROM arrivals GROUP BY id"))
        denials = dict(bank.execute("SELECT id, count(*) FROM denials GROUP BY id"))
    states = {"settled": "SETTLED", "rejected": "REJECTED", "returned": "RELEASED"}
    return {
        "paid once": sum(total == AMOUNT for total in got.values()),
        "paid otherwise": sum(total != AMOUNT for total in got.values()),
        "instructions": len(ours),
        "strangers": len(set(theirs) - set(ours)),
        "differ": sum(states.get(told) != ours[id].state for id, told in theirs.items() if id in ours),
        "never arrived": sum(id not in theirs for id in ours),
        "disputed": sum(row.disputed for row in ours.values()),
        "sent again": sum(count - 1 for count in arrivals.values()),
        "sent again unasked": sum(count > 1 + denials.get(id, 0) for id, count in arrivals.items()),
    }


def _bank(port: int, seed: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.crash.bank", str(port), str(STORE), str(seed)])
