"""Credential offers: the specification's examples, and offers that are none."""

import json
from typing import Any

import jsonschema
import pytest

from common.errors import SelloError
from common.oid4vci.errors import InvalidMessageError
from common.oid4vci.offer import (
    PRE_AUTHORIZED,
    CredentialOffer,
    OfferReference,
    TxCode,
    create_credential_offer,
    create_offer_uri,
    parse_credential_offer,
    parse_offer_uri,
)
from tests.conftest import shared

ISSUER = "https://credential-issuer.example.com"
OFFER = CredentialOffer(
    ISSUER, ("farmer.ldp_vc", "farmer.dc+sd-jwt"), "abc", TxCode("numeric", 6, "By letter")
)


def example(name: str) -> dict[str, Any]:
    text = shared(f"vectors/openid/vci/{name}").read_text()
    found: dict[str, Any] = json.loads(text[text.index("{") :])
    return found


def test_published_examples() -> None:
    several = parse_credential_offer(example("credential_offer_multiple_credentials.json"))
    assert several.credential_issuer == ISSUER
    assert several.configuration_ids == ("UniversityDegreeCredential", "org.iso.18013.5.1.mDL")
    assert several.pre_authorized_code == "oaKazRN8I0IbtZ0C7JuMn5"
    assert several.tx_code == TxCode(
        "numeric", 4, "Please provide the one-time code that was sent via e-mail"
    )
    assert parse_credential_offer(example("credential_offer_by_reference.json")).tx_code == TxCode()
    assert parse_credential_offer(example("credential_offer_authz_code.txt")).pre_authorized_code is None


@pytest.mark.parametrize(
    "name", ["credential_offer_multiple_credentials.json", "credential_offer_pre-authz_code.json"]
)
def test_examples_survive_a_round_trip(name: str) -> None:
    offer = parse_credential_offer(example(name))
    assert parse_credential_offer(create_credential_offer(offer)) == offer


def test_our_offer_fits_the_schema() -> None:
    schema = json.loads(shared("vectors/oidf-schemas/oid4vci/credential_offer-1_0.json").read_text())
    jsonschema.validate(create_credential_offer(OFFER), schema)


def test_uri_by_value_and_by_reference() -> None:
    assert parse_offer_uri(create_offer_uri(OFFER)) == OFFER
    reference = OfferReference(f"{ISSUER}/offers/GkurKxf5T0Y-mnPFCHqWOMiZi4VS138cQO_V7PZHAdM")
    uri = create_offer_uri(reference)
    assert uri == (
        "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fcredential-issuer.example.com"
        "%2Foffers%2FGkurKxf5T0Y-mnPFCHqWOMiZi4VS138cQO_V7PZHAdM"
    )
    assert parse_offer_uri(f"  {uri}\n") == reference
    assert (
        parse_offer_uri(uri.replace("openid-credential-offer://", "https://wallet.example/accept"))
        == reference
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.com",
        "openid-credential-offer://?credential_offer=",
        "openid-credential-offer://?credential_offer=%7B",
        "openid-credential-offer://?credential_offer_uri=http%3A%2F%2Fexample.com%2Foffer",
        "openid-credential-offer://?credential_offer_uri=file%3A%2F%2F%2Fetc%2Fpasswd",
        "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fa%40example.com%2Foffer",
        "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fa.example&credential_offer=%7B%7D",
        "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fa.example&credential_offer_uri=https%3A%2F%2Fb.example",
        "openid-credential-offer://?" + "a" * 30_000,
    ],
)
def test_what_is_no_offer(text: str) -> None:
    with pytest.raises(InvalidMessageError):
        parse_offer_uri(text)


@pytest.mark.parametrize(
    "change",
    [
        {"credential_issuer": None},
        {"credential_issuer": "http://issuer.example"},
        {"credential_issuer": "https://issuer.example?a=1"},
        {"credential_issuer": "https://issuer.example#a"},
        {"credential_issuer": "javascript:alert(1)"},
        {"credential_configuration_ids": []},
        {"credential_configuration_ids": ["a", "a"]},
        {"credential_configuration_ids": "a"},
        {"grants": []},
        {"grants": {PRE_AUTHORIZED: {}}},
        {"grants": {PRE_AUTHORIZED: {"pre-authorized_code": 7}}},
        {"grants": {PRE_AUTHORIZED: {"pre-authorized_code": "a", "tx_code": 6}}},
        {"grants": {PRE_AUTHORIZED: {"pre-authorized_code": "a", "tx_code": {"length": 0}}}},
        {"grants": {PRE_AUTHORIZED: {"pre-authorized_code": "a", "tx_code": {"length": True}}}},
        {"grants": {PRE_AUTHORIZED: {"pre-authorized_code": "a", "tx_code": {"input_mode": "html"}}}},
        {"grants": {PRE_AUTHORIZED: {"pre-authorized_code": "a", "tx_code": {"description": "a" * 301}}}},
    ],
)
def test_malformed_offers(change: dict[str, Any]) -> None:
    with pytest.raises(SelloError):
        parse_credential_offer({**create_credential_offer(OFFER), **change})


def test_unknown_members_are_ignored() -> None:
    assert parse_credential_offer({**create_credential_offer(OFFER), "more": 1}) == OFFER


def test_an_issuer_on_a_loopback_address() -> None:
    loopback = CredentialOffer("http://localhost:8000/issuers/a", ("b",), "c")
    assert parse_credential_offer(create_credential_offer(loopback)) == loopback
