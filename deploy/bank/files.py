"""Files: every pain.001 at the door is carried out, and answered by a pain.002 in the customer's inbox."""

import secrets
from datetime import UTC, datetime
from pathlib import Path

from common.payments.errors import PaymentMessageError
from common.payments.iso20022.initiation import parse_initiation
from common.payments.iso20022.status_report import create_report
from deploy.bank.accounts import Accounts, Paid

OUT, IN = "outbox/pain.001", "inbox/pain.002"


def work(var: Path, accounts: Accounts) -> dict[str, int]:
    """Fetch, pay, report; a bank that dies in between pays nothing twice when it begins anew."""
    counts = {"files": 0, "settled": 0, "rejected": 0, "refused": 0}
    door, taken = var / OUT, var / OUT / "taken"
    taken.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in sorted(door.glob("*.xml")):
        try:
            statuses = _carry_out(path, var / IN, accounts)
        except PaymentMessageError:
            counts["refused"] += 1
        else:
            counts["files"] += 1
            counts["settled"] += statuses.count("ACSC")
            counts["rejected"] += statuses.count("RJCT")
        path.replace(taken / path.name)
    return counts


def _carry_out(path: Path, reports: Path, accounts: Accounts) -> list[str]:
    sent, now = parse_initiation(path.read_bytes()), datetime.now(UTC)
    groups = {
        name: {
            each.id: _said(accounts.pay(each.id, str(each.payee), each.amount, each.currency, now=now))
            for each in transfers
        }
        for name, transfers in sent.groups.items()
    }
    codes = [code for group in groups.values() for code, _ in group.values()]
    whole = codes[0] if len(set(codes)) == 1 else "PART"
    message_id = f"BANK{now:%Y%m%d%H%M%S}{secrets.token_hex(4).upper()}"
    report = create_report(sent.message_id, groups=groups, message_id=message_id, now=now, whole=whole)
    reports.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = reports / f".{message_id}"
    draft.write_bytes(report)
    draft.replace(reports / f"{message_id}.xml")
    return codes


def _said(paid: Paid) -> tuple[str, str]:
    return ("ACSC", "") if paid.status == "succ" else ("RJCT", paid.reason)
