"""What a page hands to the browser, and what comes back: the Digital Credentials API (Appendix A)."""

from typing import Any

import pytest

from common.errors import SelloError
from common.keys import jwe, jws
from common.oid4vp import dc_api
from common.oid4vp.errors import AccessDeniedError, InvalidRequestError, InvalidResponseError
from common.oid4vp.request import parse_authorization_request, parse_request_parameters
from common.oid4vp.request_object import VerifiedRequest, verify_request
from common.oid4vp.session_transcript import dc_api_transcript, session_transcript
from tests.common.oid4vp.oid4vp_fixture import (
    CLINIC,
    DID,
    EPHEMERAL,
    HASH,
    HOST,
    LEAF,
    OTHER,
    TRUST,
    parameters,
)
from tests.conftest import NOW
from tests.tampering import flip

ORIGIN = "https://clinic.example"
TOKEN: dict[str, tuple[Any, ...]] = {"identity": ("eyJ.eyJ.sig~",), "farm": ({"proof": {}},)}


def read(entry: dict[str, Any], *, origin: str = ORIGIN) -> VerifiedRequest:
    reference = dc_api.parse_api_request(entry["protocol"], entry["data"], origin=origin)
    return verify_request(reference, trust=TRUST, now=NOW)


def signed(
    client_id: Any = DID, *, signer: Any = CLINIC, origins: Any = (ORIGIN,), **changes: Any
) -> dict[str, Any]:
    return dc_api.create_signed_request(
        parameters(client_id, **changes),
        client_id=client_id,
        origins=origins,
        signer=signer,
        now=NOW,
        expires=NOW,
        x5c=() if client_id is DID else (LEAF,),
    )


def test_an_unsigned_request_carries_what_the_api_knows_and_no_more() -> None:
    entry = dc_api.create_unsigned_request(parameters(DID, encrypted=True))
    assert entry["protocol"] == "openid4vp-v1-unsigned"
    assert set(entry["data"]) == {
        "response_type", "response_mode", "nonce", "dcql_query", "client_metadata", "verifier_info"
    }  # fmt: skip
    assert entry["data"]["response_mode"] == "dc_api.jwt"
    verified = read(entry)
    assert (verified.identity, verified.authenticated) == (ORIGIN, False)
    assert verified.client_id == "origin:https://clinic.example"
    assert (verified.request.response_uri, verified.request.state) == ("", "")


def test_a_client_identifier_in_an_unsigned_request_is_ignored() -> None:
    entry = dc_api.create_unsigned_request(parameters(DID))
    entry["data"] |= {"client_id": str(HASH), "expected_origins": ["https://elsewhere.example"]}
    assert read(entry).client_id == f"origin:{ORIGIN}"


@pytest.mark.parametrize("client_id", [DID, HOST, HASH], ids=lambda client_id: str(client_id.prefix))
def test_a_signed_request_says_who_asks_and_on_which_pages(client_id: Any) -> None:
    entry = signed(client_id, origins=("https://a.example", ORIGIN))
    assert entry["protocol"] == "openid4vp-v1-signed"
    claims = jws.parse(entry["data"]["request"]).claims()
    assert (claims["client_id"], claims["response_mode"]) == (str(client_id), "dc_api")
    assert not {"state", "response_uri"} & set(claims)
    verified = read(entry)
    assert verified.authenticated
    assert verified.identity in ("did:web:clinic.example", "clinic.example")
    assert verified.client_id == f"origin:{ORIGIN}"  # whoever signed, the answer is for the page


@pytest.mark.parametrize(
    "origins", [("https://mallory.example",), ("https://CLINIC.example",), (f"{ORIGIN}/",), ()]
)
def test_a_signed_request_replayed_on_another_page(origins: Any) -> None:
    with pytest.raises(InvalidRequestError, match="another page"):
        read(signed(origins=origins))


def test_a_request_signed_by_another(mallory: Any) -> None:
    with pytest.raises(InvalidRequestError, match="signature"):
        read(signed(signer=mallory.named(CLINIC.key_id)))
    entry = signed(signer=OTHER)
    assert read(entry).authenticated
    head, body, signature = entry["data"]["request"].split(".")
    with pytest.raises(SelloError):
        read({**entry, "data": {"request": f"{head}.{body}.{flip(signature)}"}})


@pytest.mark.parametrize(
    ("protocol", "data"),
    [
        ("openid4vp-v1-multisigned", {}), ("openid4vp", {}), (None, {}), (["openid4vp-v1-signed"], {}),
        ("openid4vp-v1-signed", {}), ("openid4vp-v1-signed", {"request": 7}), ("openid4vp-v1-unsigned", []),
        ("openid4vp-v1-unsigned", {}), ("openid4vp-v1-signed", {"request": "a.b.c"}),
    ],
)  # fmt: skip
def test_what_is_no_request(protocol: Any, data: Any) -> None:
    with pytest.raises(SelloError):
        read({"protocol": protocol, "data": data})


def test_the_ways_are_kept_apart() -> None:
    """Requests of the API are none for links, nor the other way round; nobody calls himself an origin."""
    unsigned = dc_api.create_unsigned_request(parameters(DID))["data"]
    with pytest.raises(InvalidRequestError):
        parse_request_parameters({**unsigned, "client_id": str(DID)})
    with pytest.raises(InvalidRequestError):
        parse_request_parameters(parameters(DID), origin=ORIGIN)
    with pytest.raises(InvalidRequestError):
        parse_authorization_request(f"openid4vp://?client_id=origin:{ORIGIN}&request_uri=https://a.example")


def test_without_holder_binding_the_api_needs_no_state() -> None:
    query = {
        "credentials": [
            {**parameters(DID)["dcql_query"]["credentials"][0], "require_cryptographic_holder_binding": False}
        ]
    }
    assert read(dc_api.create_unsigned_request(parameters(DID, dcql_query=query)))


@pytest.mark.parametrize("encrypted", [False, True])
def test_an_answer_arrives(encrypted: bool) -> None:
    request = read(dc_api.create_unsigned_request(parameters(DID, encrypted=encrypted))).request
    data = dc_api.create_dc_api_response(request, TOKEN)
    assert set(data) == ({"response"} if encrypted else {"vp_token"})
    opened = dc_api.open_answer(
        data, response_mode=request.response_mode, key=EPHEMERAL if encrypted else None
    )
    assert opened.presentations == TOKEN


@pytest.mark.parametrize("offered", [["A128GCM"], ["A256GCM"], ["A256CBC-HS512", "A128GCM"]])
def test_each_listed_content_encryption(offered: list[str]) -> None:
    source = parameters(DID, encrypted=True)
    source["client_metadata"]["encrypted_response_enc_values_supported"] = offered
    request = read(dc_api.create_unsigned_request(source)).request
    data = dc_api.create_dc_api_response(request, TOKEN)
    assert jwe.header(data["response"])["enc"] in offered
    assert dc_api.open_answer(data, response_mode="dc_api.jwt", key=EPHEMERAL).presentations == TOKEN


def test_a_refusal_is_one_word() -> None:
    data = dc_api.create_error(AccessDeniedError("The person said no."))
    assert data == {"error": "access_denied"}
    assert dc_api.open_answer(data, response_mode="dc_api.jwt", key=EPHEMERAL).error == "access_denied"


@pytest.mark.parametrize("data", [None, [], "x", {}, {"vp_token": {}}, {"vp_token": "{}"}, {"response": "x"}])
@pytest.mark.parametrize("mode", ["dc_api", "dc_api.jwt"])
def test_answers_refused(data: Any, mode: Any) -> None:
    with pytest.raises(SelloError):
        dc_api.open_answer(data, response_mode=mode, key=EPHEMERAL)


def test_an_answer_in_the_clear_to_a_request_for_an_encrypted_one() -> None:
    with pytest.raises(InvalidResponseError):
        dc_api.open_answer({"vp_token": {"a": ["b"]}}, response_mode="dc_api.jwt", key=EPHEMERAL)


def test_nothing_is_no_answer() -> None:
    request = read(dc_api.create_unsigned_request(parameters(DID))).request
    for nothing in ({}, {"identity": ()}):
        with pytest.raises(InvalidResponseError):
            dc_api.create_dc_api_response(request, nothing)


def test_the_transcript_of_an_mdoc_names_the_page() -> None:
    request = read(dc_api.create_unsigned_request(parameters(DID, encrypted=True))).request
    key = request.metadata.encryption_key
    assert session_transcript(request) == dc_api_transcript(
        origin=ORIGIN, nonce=request.nonce, encrypted_to=key
    )
