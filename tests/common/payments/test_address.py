import pytest

from common.payments.address import Address, parse_address
from common.payments.amount import parse_amount, parse_currency
from common.payments.errors import InvalidAddressError, PaymentMessageError


@pytest.mark.parametrize(
    ("text", "kind", "id", "provider"),
    [
        ("token:12345@gtbank", "token", "12345", "gtbank"),
        ("account:12345@abcd0000001.ifsc.pymt-rail", "account", "12345", "abcd0000001.ifsc.pymt-rail"),
        ("joeuser@national-bank", "", "joeuser", "national-bank"),
        ("Mobile:+59171234567@Chaska", "mobile", "+59171234567", "chaska"),
        ("voucher:12345@food.coupon-network", "voucher", "12345", "food.coupon-network"),
        ("DE89 3704 0044 0532 0130 00", "iban", "de89370400440532013000", ""),
        ("iban:DE89370400440532013000@bankdeff", "iban", "de89370400440532013000", "bankdeff"),
    ],
)
def test_the_examples_of_the_text_are_addresses(text: str, kind: str, id: str, provider: str) -> None:
    assert parse_address(text) == Address(kind, id, provider)


def test_an_address_is_written_as_it_was_read() -> None:
    for text in ("token:12345@gtbank", "joeuser@national-bank", "DE89370400440532013000"):
        assert str(parse_address(text)) == text


@pytest.mark.parametrize(
    "text",
    [None, 7, "", "Cash at the counter", "a@b@c", "account:@bank", "account:1@", "a b@bank", "x:" + "9" * 300,
     "account:1@bank\n", "DE88370400440532013000", "iban:DE88370400440532013000@bank", "account:<1>@bank"],
)  # fmt: skip
def test_anything_else_is_no_address(text: object) -> None:
    with pytest.raises(InvalidAddressError):
        parse_address(text)


@pytest.mark.parametrize(
    "text", [None, 1.5, "", "0", "0.00", "-1.00", "1,5", "1e3", "NaN", "12345678901234.00"]
)
def test_amounts_are_decimal_texts_of_more_than_nothing(text: object) -> None:
    with pytest.raises(PaymentMessageError):
        parse_amount(text)


def test_a_currency_is_three_capitals() -> None:
    assert parse_currency("USD") == "USD"
    with pytest.raises(PaymentMessageError):
        parse_currency("usd")
