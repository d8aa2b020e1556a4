"""What is remembered is sealed and holds no values; authorities tell who read a record."""

import json
from datetime import datetime
from typing import Any

from common.registries.record_access.holder import LogEntry, create_log
from tests.wallet.account.test_vault import dump
from tests.wallet.consenting import agree, ask
from tests.wallet.fakes import CLINIC, Office, Service, reply
from wallet.account.vault import Vault
from wallet.activity import access_log
from wallet.models import HistoryEntry
from wallet.presentation import history


def test_the_history_names_claims_and_keeps_no_values(holder: Vault, clinic: Service, now: datetime) -> None:
    agree(holder, clinic, now)
    (entry,) = history.recorded_requests(holder)
    assert (entry.name, entry.address, entry.known) == ("Clinic of the South", "clinic.example", False)
    assert (entry.purpose, entry.outcome, entry.at) == ("To register you as a patient", "shown", now)
    assert [(shown.title, shown.labels, shown.whole) for shown in entry.shown] == [
        ("Birth certificate", ("Born on",), False)
    ]
    sealed: dict[str, Any] = holder.open(HistoryEntry.objects.get())
    assert "1990" not in json.dumps(sealed)
    history.delete_entry(holder, entry.id)
    assert history.recorded_requests(holder) == ()


def test_the_database_alone_does_not_tell_who_asked(holder: Vault, clinic: Service, now: datetime) -> None:
    ask(holder, clinic, now)
    agree(holder, clinic, now)
    everything = dump().lower()
    for text in ("clinic", "patient", "birth", "nonce-of", "state-of", "office.example"):
        assert text.encode() not in everything, text


def test_who_read_my_record(holder: Vault, office: Office, now: datetime) -> None:
    from tests.wallet.fakes import ISSUER

    assert [item.answered for item in access_log.access_logs(holder, now=now)] == [False]
    entry = LogEntry(
        now.isoformat(), CLINIC, "Clinic", "Care", "Births", ("birth_date",), "r-1", "consent", "read"
    )
    office.network.handlers["GET", f"{ISSUER}/access/log"] = lambda headers, body: reply(create_log([entry]))
    (authority,) = access_log.access_logs(holder, now=now)
    assert (authority.authority, authority.answered) == ("Civil Registry", True)
    assert [(item.reader, item.attributes, item.at) for item in authority.readings] == [
        ("Clinic", ("Born on",), now)
    ]
