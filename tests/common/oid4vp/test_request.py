"""Requests as they are made and read: links, parameters, shapes (OpenID4VP §5)."""

import json
from typing import Any

import pytest

from common.errors import SelloError
from common.oid4vp.client_id import ClientId, parse_client_id
from common.oid4vp.errors import InvalidRequestError, InvalidRequestUriMethodError
from common.oid4vp.request import (
    create_link,
    create_link_by_value,
    create_request_object,
    parse_authorization_request,
    parse_request_parameters,
)
from tests.common.oid4vp.oid4vp_fixture import CLINIC, DID, QUERY, REDIRECT, parameters
from tests.conftest import NOW


def test_a_link_by_reference() -> None:
    link = create_link(DID, request_uri="https://clinic.example/r/1", method="post")
    assert link == (
        "openid4vp://?client_id=decentralized_identifier%3Adid%3Aweb%3Aclinic.example"
        "&request_uri=https%3A%2F%2Fclinic.example%2Fr%2F1&request_uri_method=post"
    )
    reference = parse_authorization_request(link)
    assert (reference.client_id, reference.request_uri, reference.method) == (
        DID, "https://clinic.example/r/1", "post",
    )  # fmt: skip


@pytest.mark.parametrize("scheme", ["openid4vp://", "haip-vp://", "https://wallet.example/wallet/authorize"])
def test_the_scheme_and_the_fragment_do_not_matter(scheme: str) -> None:
    link = create_link(DID, request_uri="https://clinic.example/r/1", scheme=scheme)
    assert parse_authorization_request(link + "#top").method == "get"


def test_the_parameters_alone_will_do() -> None:
    reference = parse_authorization_request(
        {"client_id": str(DID), "request_uri": "https://clinic.example/r"}
    )
    assert reference.request_uri == "https://clinic.example/r"


def test_a_link_by_value_carries_the_same_request() -> None:
    source = parameters(REDIRECT)
    reference = parse_authorization_request(create_link_by_value(source))
    assert reference.parameters == source
    assert parse_request_parameters(reference.parameters).query.source == QUERY


def test_only_unsigned_requests_travel_by_value_and_only_signed_ones_are_signed() -> None:
    with pytest.raises(InvalidRequestError):
        create_link_by_value(parameters(DID))
    with pytest.raises(InvalidRequestError):
        create_request_object(parameters(REDIRECT), signer=CLINIC, now=NOW, expires=NOW)


def test_a_request_is_read() -> None:
    request = parse_request_parameters({**parameters(DID), "unknown": 1})
    assert (request.name, request.purpose) == ("Santa Rosa Clinic", "To treat you.")
    assert (request.nonce, request.state, request.response_mode) == (
        "n-0S6_WzA2Mj", "eyJhb-6-sVA", "direct_post",
    )  # fmt: skip
    assert set(request.metadata.vp_formats["ldp_vc"]["cryptosuite_values"]) >= {
        "eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", "ecdsa-jcs-2019"
    }  # fmt: skip
    assert request.metadata.vp_formats["dc+sd-jwt"]["kb-jwt_alg_values"] == [
        "EdDSA",
        "ES256",
        "ES384",
        "Ed25519",
    ]


@pytest.mark.parametrize("scope", ["openid", "openid profile", "", None])
def test_a_scope_that_asks_for_no_credential_is_passed_over(scope: str | None) -> None:
    assert parse_request_parameters(parameters(DID, scope=scope)).query.source == QUERY


def test_the_name_falls_back_to_the_metadata() -> None:
    request = parse_request_parameters(parameters(DID, verifier_info=[{"format": "jwt", "data": "e30"}]))
    assert (request.name, request.purpose) == ("Santa Rosa Clinic", "")


def test_the_key_to_encrypt_to_is_found_among_others() -> None:
    source = parameters(DID, encrypted=True)
    key = source["client_metadata"]["jwks"]["keys"][0]
    signing = {**key, "kid": "s", "use": "sig"}
    bigger = {**key, "kid": "b", "crv": "P-384"}
    source["client_metadata"]["jwks"]["keys"] = [signing, bigger, key]
    metadata = parse_request_parameters(source).metadata
    assert metadata.encryption_key == key
    assert metadata.encryptions == ("A256GCM", "A128GCM")


def test_without_a_list_the_content_is_encrypted_with_a128gcm() -> None:
    source = parameters(DID, encrypted=True)
    del source["client_metadata"]["encrypted_response_enc_values_supported"]
    assert parse_request_parameters(source).metadata.encryptions == ("A128GCM",)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": KeyError},
        {"client_id": "pre-registered"},
        {"client_id": "origin:https://clinic.example"},
        {"client_id": "verifier_attestation:clinic"},
        {"response_type": "code"},
        {"response_mode": "fragment"},
        {"response_mode": KeyError},
        {"response_uri": KeyError},
        {"response_uri": "javascript:alert(1)"},
        {"redirect_uri": "https://clinic.example/cb"},
        {"scope": "com.example.card"},
        {"scope": "openid com.example.card"},
        {"scope": 7},
        {"dcql_query": KeyError},
        {"dcql_query": {"credentials": []}},
        {"nonce": KeyError},
        {"nonce": "with spaces"},
        {"nonce": ""},
        {"state": "st@te"},
        {"state": 5},
        {"client_metadata": []},
        {"client_metadata": {"vp_formats_supported": []}},
        {"client_metadata": {"encrypted_response_enc_values_supported": "A128GCM"}},
        {"transaction_data": []},
        {"transaction_data": ["e30"]},
    ],
)
def test_what_the_specification_forbids_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(SelloError):
        parse_request_parameters(parameters(DID, **changes))


@pytest.mark.parametrize(
    "metadata",
    [
        KeyError,
        {"jwks": {"keys": []}},
        {
            "jwks": {
                "keys": [{"kid": "x", "use": "enc", "alg": "ECDH-ES", "kty": "EC", "crv": "P-256", "x": "AA"}]
            }
        },
    ],
)
def test_an_encrypted_answer_needs_a_key(metadata: Any) -> None:
    with pytest.raises(InvalidRequestError):
        parse_request_parameters(parameters(DID, encrypted=True, client_metadata=metadata))


def test_an_unknown_content_encryption_is_not_used() -> None:
    source = parameters(DID, encrypted=True)
    source["client_metadata"]["encrypted_response_enc_values_supported"] = ["A128CBC-HS256"]
    with pytest.raises(InvalidRequestError):
        parse_request_parameters(source)


def test_without_holder_binding_a_state_is_needed() -> None:
    query = json.loads(json.dumps(QUERY))
    query["credentials"][0]["require_cryptographic_holder_binding"] = False
    assert parse_request_parameters(parameters(DID, dcql_query=query)).state
    with pytest.raises(InvalidRequestError):
        parse_request_parameters(parameters(DID, dcql_query=query, state=KeyError))


@pytest.mark.parametrize(
    ("link", "error"),
    [
        ("openid4vp://?client_id=x509_hash%3Aa&request_uri=https%3A%2F%2Fa&request_uri_method=PUT",
         InvalidRequestUriMethodError),
        ("openid4vp://?client_id=x509_hash%3Aa&request_uri_method=post", InvalidRequestError),
        ("openid4vp://?client_id=x509_hash%3Aa&request_uri=a&request=b", InvalidRequestError),
        ("openid4vp://?client_id=x509_hash%3Aa&client_id=x509_hash%3Ab&request_uri=c", InvalidRequestError),
        ("openid4vp://?client_id=redirect_uri%3Ahttps%3A%2F%2Fa&dcql_query=%7B", InvalidRequestError),
        ("openid4vp://?request_uri=https%3A%2F%2Fa", InvalidRequestError),
        ("openid4vp://", InvalidRequestError),
        ("hello", InvalidRequestError),
        ("openid4vp://?client_id=x509_hash%3Aa&request_uri=" + "a" * 100_000, InvalidRequestError),
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused(link: str, error: type[SelloError]) -> None:
    with pytest.raises(error):
        parse_authorization_request(link)


def test_a_client_identifier_keeps_its_prefix() -> None:
    client_id = parse_client_id("decentralized_identifier:did:web:a%3A1:b")
    assert client_id == ClientId("decentralized_identifier", "did:web:a%3A1:b")
    assert str(client_id) == "decentralized_identifier:did:web:a%3A1:b"


def test_a_key_of_the_verifier_that_cannot_be_used_is_let_be() -> None:
    source = parameters(DID, encrypted=True)
    [key] = source["client_metadata"]["jwks"]["keys"]
    unnamed = {name: value for name, value in key.items() if name != "kid"}
    useless = [7, unnamed, {"kty": "RSA", "kid": "r", "alg": "RSA-OAEP"}, {**key, "kid": "b", "x": "AA"}]
    source["client_metadata"]["jwks"]["keys"] = [*useless, key]
    assert parse_request_parameters(source).metadata.encryption_key == key
    source["client_metadata"]["jwks"]["keys"] = useless
    with pytest.raises(InvalidRequestError):
        parse_request_parameters(source)
    assert (
        parse_request_parameters({**source, "response_mode": "direct_post"}).metadata.encryption_key is None
    )
