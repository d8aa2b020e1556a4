"""Requests as OpenCRVS's country configuration writes them, and what is refused in them."""

from datetime import timedelta
from typing import Any

import pytest

from common.registries.opencrvs.records import (
    OpenCrvsRequestError,
    parse_offer_mapping,
    parse_offer_request,
    parse_sign_request,
    registration_number,
    times,
)
from tests.conftest import NOW

MAPPING = {
    "id": "<uuid>", "iat": "<timestamp-seconds>", "nbf": "<timestamp-seconds>",
    "exp": "<timestamp-in-seconds:365d>",
}  # fmt: skip
OFFER: dict[str, Any] = {
    "issuerDid": "did:web:localhost%3A8000:issuers:civil-registry",
    "credentialConfigurationId": "crvs_birth_v1",
    "credentialData": {
        "given_name": "Ñusta",
        "middle_name": None,
        "registration_number": "2026BAB1",
        "place_of_birth": {"name": "Ibombo", "country": "FAR"},
        "parents": [{"given_name": "Ana"}, {"given_name": "Bruno"}],
        "sex": 2,
    },
    "mapping": MAPPING,
    "authenticationMethod": "PRE_AUTHORIZED",
    "selectiveDisclosure": {
        "fields": {
            "given_name": {"sd": True},
            "sex": {"sd": False},
            "place_of_birth": {"sd": True, "children": {"fields": {"country": {"sd": True}}}},
        },
        "decoyMode": "NONE",
        "decoys": 0,
    },
}
SIGN: dict[str, Any] = {
    "issuerDid": "did:web:localhost%3A8000:issuers:civil-registry",
    "subjectDid": "urn:farajaland:paper-birth-subject:1",
    "credentialData": {
        "type": ["VerifiableCredential", "farajaland.birth.paper.v1"],
        "credentialSubject": {"rn": "2026BAB1", "gn": "Ñusta", "fn": "Roca", "dob": "2026-01-02"},
    },
    "mapping": MAPPING,
}


def test_an_offer_request_is_read() -> None:
    read = parse_offer_request(OFFER)
    assert read.configuration == "crvs_birth_v1"
    assert "middle_name" not in read.claims
    assert read.disclosable == (("given_name",), ("place_of_birth",), ("place_of_birth", "country"))
    assert (read.mapped.numbered, read.mapped.lifetime) == (True, timedelta(days=365))


def test_a_sign_request_is_read() -> None:
    read = parse_sign_request(SIGN)
    assert read.types == ("VerifiableCredential", "farajaland.birth.paper.v1")
    assert registration_number(read.claims) == "2026BAB1"
    issued = int(NOW.timestamp())
    assert times(read.mapped, now=NOW) == {"iat": issued, "nbf": issued, "exp": issued + 365 * 86_400}


@pytest.mark.parametrize(
    ("placeholder", "seconds"),
    [("90s", 90), ("5m", 300), ("2h", 7_200), ("365d", 31_536_000)],
)
def test_a_time_to_come_has_a_unit(placeholder: str, seconds: int) -> None:
    mapped = parse_offer_mapping({"exp": f"<timestamp-in-seconds:{placeholder}>"})
    assert mapped.lifetime == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "mapping",
    [
        {"exp": "<timestamp-in-seconds:0d>"},
        {"exp": "<timestamp-in-seconds:-1d>"},
        {"exp": "<timestamp-in-seconds:365>"},
        {"exp": "<timestamp-in-seconds:9999999d>"},
        {"exp": 1_900_000_000},
        {"iat": "yesterday"},
        {"nbf": 0},
        {"id": "mine"},
        {"iss": "did:web:mallory.example"},
        {"cnf": "<uuid>"},
        "<uuid>",
    ],
)
def test_other_placeholders_are_refused(mapping: dict[str, Any] | str) -> None:
    with pytest.raises(OpenCrvsRequestError):
        parse_offer_mapping(mapping)


@pytest.mark.parametrize(
    "change",
    [
        {"issuerKey": {"type": "jwk", "jwk": {"kty": "OKP", "d": "secret"}}},
        {"issuerDid": ""},
        {"issuerDid": None},
        {"credentialConfigurationId": 7},
        {"credentialData": {}},
        {"credentialData": "Ñusta"},
        {"authenticationMethod": "ID_TOKEN"},
        {"selectiveDisclosure": {"fields": {"given_name": True}}},
        {"selectiveDisclosure": {"fields": {"given_name": {"sd": "yes"}}}},
        {"selectiveDisclosure": []},
    ],
)
def test_other_offer_requests_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(OpenCrvsRequestError):
        parse_offer_request({**OFFER, **change})


def test_disclosure_has_a_bottom() -> None:
    frame: dict[str, Any] = {"sd": True}
    for _ in range(20):
        frame = {"sd": True, "children": {"fields": {"deeper": frame}}}
    with pytest.raises(OpenCrvsRequestError):
        parse_offer_request({**OFFER, "selectiveDisclosure": {"fields": {"deep": frame}}})


@pytest.mark.parametrize(
    "data",
    [
        {"credentialSubject": {"rn": "1"}},
        {"type": [], "credentialSubject": {"rn": "1"}},
        {"type": ["VerifiableCredential", 3], "credentialSubject": {"rn": "1"}},
        {"type": ["VerifiableCredential"], "credentialSubject": []},
        {"type": ["VerifiableCredential"], "credentialSubject": {"rn": "1"}, "credentialStatus": {}},
        {"type": ["VerifiableCredential"], "credentialSubject": {"rn": "1"}, "proof": {}},
    ],
)
def test_other_sign_requests_are_refused(data: dict[str, Any]) -> None:
    with pytest.raises(OpenCrvsRequestError):
        parse_sign_request({**SIGN, "credentialData": data})


@pytest.mark.parametrize("body", [None, [], "text", 7])
def test_a_body_is_an_object(body: int | list[Any] | str | None) -> None:
    for parse in (parse_offer_request, parse_sign_request):
        with pytest.raises(OpenCrvsRequestError):
            parse(body)


@pytest.mark.parametrize("nothing", [None, ""])
def test_optional_members_that_say_nothing_are_absent(nothing: Any) -> None:
    asked = {
        "issuerDid": "did:web:x",
        "credentialConfigurationId": "birth",
        "credentialData": {"given_name": "Ñusta", "nickname": nothing},
    }
    optional: tuple[str, ...] = ("authenticationMethod", "mapping", "selectiveDisclosure", "issuerKey")
    if nothing == "":
        optional = optional[:3]
    plain = parse_offer_request({**asked, "credentialData": {"given_name": "Ñusta"}})
    assert parse_offer_request({**asked, **dict.fromkeys(optional, nothing)}) == plain
    mapping = {"id": nothing, "iat": nothing, "exp": nothing}
    frame = {"fields": {"given_name": {"sd": True, "children": nothing}}}
    read = parse_offer_request({**asked, "mapping": mapping, "selectiveDisclosure": frame})
    assert (read.mapped, read.disclosable) == (plain.mapped, (("given_name",),))
