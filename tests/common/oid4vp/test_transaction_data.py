"""Transaction data (OpenID4VP §5.1, B.3.3.1): typed, hashed as received, unknown things refused."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from common.encoding import base64url
from common.oid4vp.dcql import parse_query
from common.oid4vp.errors import InvalidTransactionDataError
from common.oid4vp.transaction_data import (
    DATA_ACCESS,
    PAYMENT,
    DataAccess,
    Payment,
    create_transaction_data,
    for_credential,
    hash_transaction_data,
    parse_transaction_data,
    read_transaction_data,
)

QUERY = parse_query(
    {
        "credentials": [
            {"id": "farmer", "format": "dc+sd-jwt", "meta": {"vct_values": ["f"]}},
            {"id": "ticket", "format": "dc+sd-jwt", "meta": {"vct_values": ["t"]},
             "require_cryptographic_holder_binding": False},
        ]
    }
)  # fmt: skip
PAY = Payment(("farmer",), "Account 17", "150.50", "USD", "R-1", "Subsidy 2026")

AGREE = DataAccess(
    ("farmer",), "https://ministry.example/issuers/farms", "did:web:clinic.example", "Care over time",
    ("crop", "harvest"), datetime(2026, 12, 21, 12, tzinfo=UTC),
)  # fmt: skip


def encoded(content: Payment | DataAccess = PAY, /, **changes: Any) -> str:
    value = {**content.to_json(), **changes}
    value = {name: entry for name, entry in value.items() if entry is not KeyError}
    return base64url.encode(json.dumps(value).encode())


def test_a_payment_goes_and_comes() -> None:
    text = create_transaction_data(PAY)
    entry = parse_transaction_data([text], query=QUERY)[0]
    assert (entry.encoded, entry.type, entry.content) == (text, PAYMENT, PAY)
    assert for_credential((entry,), "farmer") == (text,)
    assert for_credential((entry,), "ticket") == ()


def test_the_hash_is_over_the_text_as_received() -> None:
    assert hash_transaction_data("eyJ0eXBlIjoiZXhhbXBsZSJ9") == "H6CapFYn0Jjfgsvp9F0bAds-YGTNBdzlDKvR5zsfuT0"


def test_an_algorithm_that_is_not_known_is_refused() -> None:
    with pytest.raises(InvalidTransactionDataError):
        hash_transaction_data("e30", algorithm="md5")


def test_the_default_algorithm_needs_no_name() -> None:
    assert parse_transaction_data([encoded(transaction_data_hashes_alg=KeyError)], query=QUERY)


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("150.50", "USD", 15050),
        ("150.5", "USD", 15050),
        ("7", "EUR", 700),
        ("0.01", "PEN", 1),
        ("12", "XOF", 12),
    ],
)
def test_money_is_an_integer_of_minor_units(amount: str, currency: str, units: int) -> None:
    assert replace(PAY, amount=amount, currency=currency).minor_units == units


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "urn:somebody:else"},
        {"type": KeyError},
        {"type": 7},
        {"credential_ids": []},
        {"credential_ids": KeyError},
        {"credential_ids": ["nobody"]},
        {"credential_ids": ["ticket"]},  # not bound to its holder
        {"credential_ids": [["farmer"]]},
        {"transaction_data_hashes_alg": ["sha3-512"]},
        {"transaction_data_hashes_alg": "sha-256"},
        {"iban": "unknown fields may matter"},
        {"at_most": False},  # one form alone
        {"at_most": "true"},
        {"at_most": None},
        {"payee": KeyError},
        {"payee": ""},
        {"payee": "a\nb"},
        {"payee": "x" * 201},
        {"payee": 5},
        {"purpose": None},
        {"amount": 150},
        {"amount": "1e3"},
        {"amount": "-1"},
        {"amount": "0.00"},
        {"amount": "01"},
        {"amount": "1.005"},
        {"amount": "1,00"},
        {"amount": "1.0\n"},
        {"amount": "٣"},
        {"currency": "XXX"},
        {"currency": ["USD"]},
        {"currency": "usd"},
        {"amount": "1.5", "currency": "XOF"},
    ],
)
def test_whatever_is_not_exactly_a_payment_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidTransactionDataError) as caught:
        parse_transaction_data([encoded(**changes)], query=QUERY)
    assert caught.value.code == "invalid_transaction_data"


@pytest.mark.parametrize("entries", [[], None, "e30", [5], ["e30="], ["bm8"], [encoded()] * 11])
def test_what_is_no_list_of_entries_is_refused(entries: Any) -> None:
    with pytest.raises(InvalidTransactionDataError):
        parse_transaction_data(entries, query=QUERY)


def test_one_unknown_entry_spoils_all() -> None:
    with pytest.raises(InvalidTransactionDataError):
        parse_transaction_data([encoded(), encoded(type="unknown")], query=QUERY)


def test_a_consent_goes_and_comes() -> None:
    text = create_transaction_data(AGREE)
    entry = parse_transaction_data([text], query=QUERY)[0]
    assert (entry.encoded, entry.type, entry.content) == (text, DATA_ACCESS, AGREE)
    assert read_transaction_data(text) == entry


@pytest.mark.parametrize(
    "changes",
    [
        {"credential_ids": ["ticket"]},
        {"credential_ids": ["nobody"]},
        {"marketing": True},
        {"authority": KeyError},
        {"authority": ""},
        {"client_id": 7},
        {"client_id": "did:web:a\u202eb"},
        {"purpose": "x" * 201},
        {"attributes": []},
        {"attributes": "crop"},
        {"attributes": ["crop", "crop"]},
        {"attributes": ["crop", ["harvest"]]},
        {"attributes": [f"a{number}" for number in range(51)]},
        {"valid_until": None},
        {"valid_until": "for ever"},
        {"valid_until": "2026-12-21T12:00:00"},
        {"valid_until": 1797854400},
    ],
)
def test_whatever_is_not_exactly_a_consent_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidTransactionDataError):
        parse_transaction_data([encoded(AGREE, **changes)], query=QUERY)
