"""Dates, amounts, names and values as people write them."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from common.encoding import display

LA_PAZ = timezone(timedelta(hours=-4))


def test_a_day_has_no_noughts_before_it() -> None:
    assert display.day(date(1990, 5, 5)) == "5 May 1990"
    assert display.day(datetime(2026, 1, 2, 1, tzinfo=LA_PAZ)) == "2 January 2026"


def test_an_hour_has_two_digits() -> None:
    assert display.moment(datetime(2026, 11, 3, 4, 5, 59, tzinfo=UTC)) == "3 November 2026, 04:05"


@pytest.mark.parametrize(
    ("number", "text"),
    [("150.00", "USD 150.00"), ("1234567.5", "USD 1,234,567.5"), (Decimal("0.10"), "USD 0.10"),
     ("0", "USD 0"), ("a lot", "USD a lot")],
)  # fmt: skip
def test_an_amount_begins_with_its_currency(number: Any, text: str) -> None:
    assert display.amount(number, "USD") == text


@pytest.mark.parametrize(
    ("name", "text"),
    [("birthDate", "Birth date"), ("birth_date", "Birth date"), ("disability_type", "Disability type"),
     ("https://example.org/types/farmer-card", "Farmer card"),
     ("https://example.org/types/farmer/", "Farmer"),
     ("https://example.org/vocabulary#harvestKg", "Harvest kg"), ("nationalID", "National ID"),
     ("ID", "ID"), ("__", "__"), ("Année de naissance", "Année de naissance")],
)  # fmt: skip
def test_a_technical_name_becomes_words(name: str, text: str) -> None:
    assert display.humane(name) == text


@pytest.mark.parametrize(
    ("said", "text"),
    [("care", "Care"), ("old_age_pension", "Old age pension"), ("Care", "Care"),
     ("To care for you", "To care for you"), ("", ""), ("подушка", "подушка")],
)  # fmt: skip
def test_a_code_is_made_words_and_a_sentence_left_alone(said: str, text: str) -> None:
    assert display.phrase(said) == text


@pytest.mark.parametrize(
    ("said", "plain"),
    [("The card has run out.", True), ("redirect_uri is missing.", False), ("This JWT has no nonce.", False),
     ("A type's `vct` is a URL.", False), ("Ana said: it isn't so.", True)],
)  # fmt: skip
def test_names_that_machines_use_are_seen(said: str, plain: bool) -> None:
    assert display.has_no_identifiers(said) is plain


@pytest.mark.parametrize(
    ("type_", "text"),
    [("https://agri.example.org/types/farmer-card", "Farmer card"),
     ("urn:eudi:pid:1", "Person identification data"),
     ("org.iso.18013.5.1.mDL", "Mobile driving licence"),
     ("urn:example:diplomaCredential:2", "Diploma credential"),
     ("org.example.vaccination.1", "Vaccination"), ("1", "1"), ("", "")],
)  # fmt: skip
def test_a_type_is_called_by_what_it_is(type_: str, text: str) -> None:
    assert display.type_name(type_) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "Yes"), (False, "No"), (None, "Not recorded"), ("", "Not recorded"), (0, "0"), (1.5, "1.5"),
     ("1990-05-25", "25 May 1990"), ("1990-13-25", "1990-13-25"), ("1990-05-25T10:00:00Z", "25 May 1990"),
     ("1990-05-25-7", "1990-05-25-7"), (date(1990, 5, 25), "25 May 1990"),
     ("data:image/png;base64,AA", "A picture or file"),
     (["wheelchair", "hearing aid"], "wheelchair, hearing aid"),
     ({"house_number": 4, "street": "Sol"}, "House number: 4, Street: Sol")],
)  # fmt: skip
def test_a_value_is_written_out(value: Any, text: str) -> None:
    assert display.value(value) == text
