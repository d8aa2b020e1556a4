"""What a gateway's partner says and nobody can read: it confirms nothing, and spoils nothing else."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from common.adapters.exchange import outgoing
from common.payments.address import parse_address
from tests.verifier.payments.agency import PERSON, PHONE
from tests.verifier.payments.conftest import Rail
from verifier.models import PaymentEvent
from verifier.payments.addresses.payees import NO_ADDRESS, NOT_LINKED, resolve_addresses

STAMP = "2026-11-22T03:00:00Z"


@pytest.fixture
def partner(rail: Callable[..., Rail], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Rail]:
    """A rail to a partner that answers with what `said` makes of the references asked about."""
    from common.adapters.exchange.partners import Partner

    Partner.objects.create(
        sender_id="bank.example", name="Bank", namespaces=["g2p"], address="https://bank.example"
    )

    def make(said: Callable[[list[str]], dict[str, Any]], **config: Any) -> Rail:
        def ask(*args: Any, **options: Any) -> Any:
            message = args[3]
            items = message.get("disbursements") or message.get("resolve_request") or []
            return SimpleNamespace(message=said([each["reference_id"] for each in items]))

        monkeypatch.setattr(outgoing, "request_partner", ask)
        return rail("g2p-connect", partner="bank.example", payer="account:7@bank", **config)

    return make


def status(reference: str, **more: Any) -> dict[str, Any]:
    return {"reference_id": reference, "timestamp": STAMP, "status": "succ", **more}


@pytest.mark.parametrize(
    "more",
    [
        {"amount": 1000.0}, {"amount": 1}, {"amount": "1,000.00"}, {"amount": {"value": "150.00"}},
        {"amount": "150.000001"}, {"amount": "1500.0"}, {"amount": True},
        {"amount": "150.00", "currency_code": "US Dollar"}, {"currency_code": 840}, {"currency_code": "EUR"},
        {"timestamp": "2026-11-22T03:00:00"}, {"status": "paid"},
    ],
)  # fmt: skip
def test_what_cannot_be_read_settles_nothing_and_is_looked_at(
    partner: Callable[..., Rail], more: dict[str, Any]
) -> None:
    def said(references: list[str]) -> dict[str, Any]:
        [good, bad] = references
        return {"transaction_id": "T", "disbursements_status": [status(bad, **more), status(good)]}

    rail = partner(said)
    good, bad = rail.book(PHONE), rail.book(PHONE)
    rail.deliver()
    assert rail.state(good) == "SETTLED"
    assert rail.state(bad) in ("SENT", "UNKNOWN")
    assert (good.disputed, bad.disputed) == (False, True)
    assert PaymentEvent.objects.filter(instruction=bad, event="DISPUTED").count() == 1


@pytest.mark.parametrize("amount", [150, 150.0, "150", "150.0", "150.000", None, ""])
def test_our_amount_in_any_writing_settles(partner: Callable[..., Rail], amount: Any) -> None:
    rail = partner(
        lambda those: {
            "transaction_id": "T",
            "disbursements_status": [status(each, amount=amount, currency_code="USD") for each in those],
        }
    )
    payment = rail.book(PHONE)
    rail.deliver()
    assert rail.state(payment) == "SETTLED"
    assert not payment.disputed


@pytest.mark.parametrize(
    "fa", ["account:0012345@indigo.dfsp2.bank_acc", "a b c", "DE88370400440532013000", {"id": "x"}, 7]
)
def test_one_address_of_a_mapper_that_cannot_be_carried(partner: Callable[..., Rail], fa: Any) -> None:
    def said(references: list[str]) -> dict[str, Any]:
        found: dict[str, Any] = {references[0]: PHONE, references[1]: fa}
        return {
            "transaction_id": "T",
            "resolve_response": [status(id, fa=address) for id, address in found.items()],
        }

    partner(said)
    instructions = [SimpleNamespace(id=id, payee=PERSON) for id in ("good", "bad", "unknown")]
    found = resolve_addresses(
        instructions,  # type: ignore[arg-type]
        {"resolve": {"farmer-registry": "bank.example"}},
        now=timezone.now(),
    )
    assert found == {"good": parse_address(PHONE), "bad": NO_ADDRESS, "unknown": NOT_LINKED}
