"""Accounts as people type them: read, or refused with what is wrong."""

import pytest

from common.payments.errors import InvalidAddressError
from common.payments.payee import parse_payee

COUNTER = "Cash at the counter"


@pytest.mark.parametrize(
    ("typed", "signed"),
    [("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
     ("gb82-west-1234-5698-7654-32", "GB82WEST12345698765432"),
     ("account:0042@National-Bank", "account:0042@national-bank"),
     ("mobile:+59171234567@tigo", "mobile:+59171234567@tigo"),
     ("wallet:ana.wayra@chaska", "wallet:ana.wayra@chaska"), ("ana.wayra@chaska", "ana.wayra@chaska"),
     ("iban:GB82WEST12345698765432@bank", "iban:gb82west12345698765432@bank")],
)  # fmt: skip
@pytest.mark.parametrize("counter", ["", COUNTER])
def test_an_account_is_signed_in_one_form(typed: str, signed: str, counter: str) -> None:
    found = parse_payee(typed, counter=counter)
    assert found.lower() == signed.lower()
    assert parse_payee(found, counter=counter) == found


@pytest.mark.parametrize(
    "typed",
    ["DE88370400440532013000", "DE8937040044053201300", "DE893704004405320130000", "DE89",
     "GB82TEST12345698765432",
     "iban:GB82WEST12345698765433@bank", "iban:GB82WEST123456987654@bank", "mobile:71234567@tigo",
     "mobile:+0123456789@tigo", "mobile:+591@tigo", "mobile:+1234567890123456@tigo", "phone:+5917x@tigo",
     "+0123456789", "+591", "+591 7123 4567 8901 2345", "Ana Wayra", "ana@", "@tigo", "a:b:c@d", "x" * 101,
     "17", "my account", "    ", "123\x0045678"],
)  # fmt: skip
@pytest.mark.parametrize("counter", ["", COUNTER])
def test_what_no_money_could_reach_is_not_signed(typed: str, counter: str) -> None:
    with pytest.raises(InvalidAddressError):
        parse_payee(typed, counter=counter)


@pytest.mark.parametrize(
    ("typed", "signed"),
    [("cash AT the  counter", COUNTER), ("+591 (7) 123-4567", "+59171234567"), ("1000-0042-7", "1000-0042-7"),
     ("BO 7100 0017", "BO 7100 0017")],
)  # fmt: skip
def test_where_a_person_pays_out_a_number_will_do(typed: str, signed: str) -> None:
    assert parse_payee(typed, counter=COUNTER) == signed
    with pytest.raises(InvalidAddressError):
        parse_payee(typed)


def test_the_sentence_says_what_is_wrong() -> None:
    with pytest.raises(InvalidAddressError, match="begins with DE has 22 characters"):
        parse_payee("DE8937040044053201300")
    with pytest.raises(InvalidAddressError, match="check digits"):
        parse_payee("DE88370400440532013000")
    with pytest.raises(InvalidAddressError, match=r"begins with \+ and its country"):
        parse_payee("mobile:0712345678@mpesa")
    with pytest.raises(InvalidAddressError, match="Cash at the counter"):
        parse_payee("my aunt", counter=COUNTER)
