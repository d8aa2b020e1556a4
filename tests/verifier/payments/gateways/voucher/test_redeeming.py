"""Vouchers: cashed once, and neither twice, nor late, nor by another's hand."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from common.keys import PrivateKey
from common.payments.voucher import VoucherContent, VoucherRefusedError, create_voucher
from tests.verifier.payments.conftest import Rail
from verifier.identity import organisation
from verifier.models import PaymentInstruction, Voucher
from verifier.payments.gateways.voucher import vouchers
from verifier.payments.gateways.voucher.redeeming import redeem_voucher
from verifier.payments.instructions.ledger import check_books


@pytest.fixture
def counter(rail: Callable[..., Rail]) -> Rail:
    return rail("voucher", days=30)


@pytest.fixture
def issued(counter: Rail) -> str:
    """The text of a voucher."""
    return counter.issue_voucher()[1]


def test_a_voucher_is_cashed_once(counter: Rail, issued: str) -> None:
    counter.later(days=1)
    voucher = redeem_voucher(issued, agent="Shop 7", now=counter.now)
    payment = PaymentInstruction.objects.get()
    assert (payment.state, voucher.amount, voucher.agent) == ("SETTLED", "150.00", "Shop 7")
    for agent in ("Shop 7", "Shop 8"):
        with pytest.raises(VoucherRefusedError, match="paid out before"):
            redeem_voucher(issued, agent=agent, now=counter.now)
    check_books()
    assert vouchers.voucher_text(payment.number) == "", "nothing is left to print"


def test_of_two_agents_at_once_one_pays(counter: Rail, issued: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second looked it up before the first had it."""
    from verifier.payments.gateways.voucher import redeeming

    found = redeeming.look_up_voucher(issued, now=counter.now)
    redeem_voucher(issued, agent="Shop 7", now=counter.now)
    monkeypatch.setattr(redeeming, "look_up_voucher", lambda text, programmes, now: found)
    with pytest.raises(VoucherRefusedError):
        redeem_voucher(issued, agent="Shop 8", now=counter.now)
    assert Voucher.objects.get().agent == "Shop 7"


def test_an_expired_voucher_gives_the_money_back(counter: Rail, issued: str) -> None:
    counter.later(days=30)
    with pytest.raises(VoucherRefusedError, match="expired"):
        redeem_voucher(issued, agent="Shop 7", now=counter.now)
    assert counter.reconcile()["rejected"] == 1
    payment = PaymentInstruction.objects.get()
    assert (payment.state, payment.problem) == ("REJECTED", "expired")
    counter.programme.refresh_from_db()
    assert counter.programme.committed == 0
    check_books()
    counter.reconcile()


def test_a_forged_voucher(counter: Rail, issued: str, mallory: PrivateKey) -> None:
    content = VoucherContent(
        bytes(16), "150.00", "USD", "rail-test", counter.now, counter.now + timedelta(days=30)
    )
    with pytest.raises(VoucherRefusedError):
        redeem_voucher(create_voucher(content, signer=mallory), agent="Mallory", now=counter.now)


def test_a_voucher_that_we_signed_and_never_issued(counter: Rail, issued: str) -> None:
    signer = organisation.organisation_signer(organisation.VOUCHERS)
    content = VoucherContent(
        bytes(16), "150.00", "USD", "rail-test", counter.now, counter.now + timedelta(days=30)
    )
    with pytest.raises(VoucherRefusedError, match="not issued here"):
        redeem_voucher(create_voucher(content, signer=signer), agent="Shop 7", now=counter.now)


@pytest.mark.parametrize("text", ["", "SELLO1:", "x" * 10_000_000])
def test_swollen_and_empty_texts(counter: Rail, text: str) -> None:
    with pytest.raises(VoucherRefusedError):
        redeem_voucher(text, agent="Shop 7", now=counter.now)


def test_sent_again_it_is_the_same_voucher(counter: Rail, issued: str) -> None:
    from verifier.payments.gateways.voucher.gateway import Vouchers
    from verifier.payments.instructions.gateway import GatewayConfig
    from verifier.payments.instructions.orders import instruction_of

    row = PaymentInstruction.objects.select_related("programme", "gateway").get()
    Vouchers(GatewayConfig("rail", {})).send([instruction_of(row)], now=counter.now)
    assert Voucher.objects.count() == 1
    assert vouchers.voucher_text(row.number) == issued


def test_nothing_in_the_rows_can_be_cashed(issued: str) -> None:
    row = Voucher.objects.get()
    assert issued.encode() not in bytes(row.sealed or b"")
    assert row.identifier not in issued
