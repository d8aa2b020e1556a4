from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import qrcode

from common.encoding import base45, cbor
from common.keys import PrivateKey, cose
from common.payments.voucher import (
    END,
    PREFIX,
    VoucherContent,
    VoucherRefusedError,
    create_voucher,
    verify_voucher,
)
from tests.tampering import flip


@pytest.fixture
def content(now: datetime) -> VoucherContent:
    return VoucherContent(
        bytes(range(16)), "150.00", "USD", "widows-and-orphans-pension", now, now + timedelta(days=90)
    )


def test_a_voucher_says_what_it_is_worth(content: VoucherContent, ana: PrivateKey, now: datetime) -> None:
    text = create_voucher(content, signer=ana)
    assert verify_voucher(f" {text}\n", key=ana.public_key, now=now) == content


def test_it_fits_a_code_that_prints_well(content: VoucherContent, ana: PrivateKey) -> None:
    code = qrcode.QRCode()
    code.add_data(create_voucher(content, signer=ana))
    code.make()
    assert code.version <= 14


def test_another_hand_is_seen(
    content: VoucherContent, ana: PrivateKey, mallory: PrivateKey, now: datetime
) -> None:
    with pytest.raises(VoucherRefusedError):
        verify_voucher(create_voucher(content, signer=mallory), key=ana.public_key, now=now)


def test_it_ends(content: VoucherContent, ana: PrivateKey) -> None:
    text = create_voucher(content, signer=ana)
    verify_voucher(text, key=ana.public_key, now=content.expires - timedelta(seconds=1))
    with pytest.raises(VoucherRefusedError, match="expired"):
        verify_voucher(text, key=ana.public_key, now=content.expires)


def test_no_byte_of_it_can_change(content: VoucherContent, ana: PrivateKey, now: datetime) -> None:
    whole = base45.decode(create_voucher(content, signer=ana).removeprefix(PREFIX).removesuffix(END))
    for place in range(len(whole)):
        with pytest.raises(VoucherRefusedError):
            verify_voucher(PREFIX + base45.encode(flip(whole, place)) + END, key=ana.public_key, now=now)


@pytest.mark.parametrize(
    "text",
    ["", PREFIX, f"{PREFIX}BB8", f"{PREFIX}BB8.", "HC1:BB8.", PREFIX + "0" * 800 + END, f"{PREFIX}\0."],
)
def test_what_is_no_voucher_is_refused(text: str, ana: PrivateKey, now: datetime) -> None:
    with pytest.raises(VoucherRefusedError):
        verify_voucher(text, key=ana.public_key, now=now)


@pytest.mark.parametrize(
    "change",
    [{"amt": "0"}, {"amt": "1e9"}, {"amt": 150}, {"cur": "XXX"}, {"prg": 1}, {7: b"short"}, {4: "soon"},
     {4: 2**40}, {9: 1}, {"amt": None}],
)  # fmt: skip
def test_claims_are_what_they_should_be(
    change: dict[Any, Any], content: VoucherContent, ana: PrivateKey, now: datetime
) -> None:
    """Even where the signature holds."""
    seconds = int(content.expires.timestamp())
    claims = {4: seconds, 6: 1, 7: content.identifier, "amt": "150.00", "cur": "USD", "prg": "x", **change}
    text = PREFIX + base45.encode(cbor.encode(cose.sign1(cbor.encode(claims), signer=ana))) + END
    with pytest.raises(VoucherRefusedError):
        verify_voucher(text, key=ana.public_key, now=now)


def test_amounts_are_kept_as_they_are_written(
    content: VoucherContent, ana: PrivateKey, now: datetime
) -> None:
    text = create_voucher(replace(content, amount="500", currency="XOF"), signer=ana)
    assert verify_voucher(text, key=ana.public_key, now=now).amount == "500"


def test_trimming_takes_nothing_of_it(content: VoucherContent, ana: PrivateKey, now: datetime) -> None:
    """Base45 has a space, which may stand last."""
    for number in range(200):
        text = create_voucher(replace(content, identifier=number.to_bytes(16, "big")), signer=ana)
        assert text == text.strip()
        verify_voucher(text, key=ana.public_key, now=now)
