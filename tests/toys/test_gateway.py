"""The toy gateway is set up by the command, refused there where that is wrong, and carries a payment."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.test import Client

from tests.toys.pigeon_post import SETTINGS, PigeonPost
from tests.toys.running import run
from tests.verifier.holders import Person, post
from tests.verifier.requests_fixture import ask
from verifier.models import PaymentInstruction
from verifier.payments.gateways import GATEWAYS
from verifier.payments.instructions import ledger
from verifier.payments.instructions.gateway import GatewayKind


@pytest.fixture(autouse=True)
def _pigeon(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    monkeypatch.setitem(GATEWAYS, "pigeon", GatewayKind(PigeonPost, SETTINGS))
    monkeypatch.setattr(PigeonPost, "CARRIED", {})


@pytest.mark.usefixtures("site")
def test_a_payment_leaves_by_it_and_settles(
    client: Client,
    wayra: Person,
    today: datetime,
) -> None:
    run("set_gateway", "birds", "pigeon", "--set", "loft=North", "--programme", "subsidy")
    created = ask("subsidy", now=today, payee="BO-7100-0017")
    verified = wayra.ask(client, created.request_uri, now=today)
    assert post(client, wayra.answer(verified, now=today)).status_code == 200
    assert run("deliver_outbox")["delivered"] == 1
    [(loft, instruction)] = PigeonPost.CARRIED.values()
    assert (loft, instruction.amount, instruction.currency) == ("North", "150.00", "USD")
    assert PaymentInstruction.objects.get().state == PaymentInstruction.State.SETTLED
    assert ledger.balance("subsidy:settled") == -15000


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("setting", "said"), [("lofd=North", "Unknown parameter"), ("loft=", "needs the parameter loft")]
)
def test_a_wrong_setting_is_refused_where_it_is_entered(setting: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run("set_gateway", "birds", "pigeon", "--set", setting)
