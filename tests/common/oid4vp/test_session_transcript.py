"""Session transcripts: the examples of OpenID4VP B.2.6, byte by byte, and that each part of them counts."""

from dataclasses import replace
from typing import Any

import pytest

from common.keys import PrivateKey, jwk
from common.oid4vp.client_id import ClientId
from common.oid4vp.client_metadata import ClientMetadata
from common.oid4vp.dcql import parse_query
from common.oid4vp.request import AuthorizationRequest
from common.oid4vp.session_transcript import dc_api_transcript, redirect_transcript, session_transcript

KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "DxiH5Q4Yx3UrukE2lWCErq8N8bqC9CHLLrAwLz5BmE0",
    "y": "XtLM4-3h5o3HUH0MHVJV0kyq0iBlrBwlh8qEDMZ4-Pc",
    "use": "enc",
    "alg": "ECDH-ES",
    "kid": "1",
}
NONCE = "exc7gBkxjx1rdc9udRrveKvSsJIq80avlXeLHhGwqtA"
REDIRECT = (
    "83f6f682714f70656e494434565048616e646f7665725820048bc053c00442af9b8e"
    "ed494cefdd9d95240d254b046b11b68013722aad38ac"
)
DC_API = (
    "83f6f682764f70656e4944345650444341504948616e646f7665725820fbece366f4"
    "212f9762c74cfdbf83b8c69e371d5d68cea09cb4c48ca6daab761a"
)
TOLD: dict[str, Any] = {
    "client_id": "x509_san_dns:example.com",
    "nonce": NONCE,
    "response_uri": "https://example.com/response",
    "encrypted_to": KEY,
}


def test_the_example_by_redirect() -> None:
    assert redirect_transcript(**TOLD).hex() == REDIRECT


def test_the_example_of_the_browsers_api() -> None:
    made = dc_api_transcript(origin="https://example.com", nonce=NONCE, encrypted_to=KEY)
    assert made.hex() == DC_API


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "x509_san_dns:mallory.example"},
        {"client_id": "example.com"},
        {"nonce": "another"},
        {"response_uri": "https://example.com/response/"},
        {"encrypted_to": None},
    ],
)
def test_each_part_counts(change: dict[str, Any]) -> None:
    assert redirect_transcript(**{**TOLD, **change}).hex() != REDIRECT


def test_another_key_to_encrypt_to_is_another_session(mallory: PrivateKey) -> None:
    assert redirect_transcript(**{**TOLD, "encrypted_to": jwk.encode(mallory.public_key)}).hex() != REDIRECT


def test_of_a_request() -> None:
    query = {
        "credentials": [
            {"id": "mdl", "format": "mso_mdoc", "meta": {"doctype_value": "org.iso.18013.5.1.mDL"}}
        ]
    }
    request = AuthorizationRequest(
        client_id=ClientId("x509_san_dns", "example.com"),
        response_uri="https://example.com/response",
        response_mode="direct_post.jwt",
        nonce=NONCE,
        state="state",
        query=parse_query(query),
        metadata=ClientMetadata(vp_formats={}, encryption_key=KEY),
    )
    assert session_transcript(request).hex() == REDIRECT
    # in the clear, the key that is offered all the same does not count
    plain = session_transcript(replace(request, response_mode="direct_post"))
    assert plain == redirect_transcript(**{**TOLD, "encrypted_to": None})
