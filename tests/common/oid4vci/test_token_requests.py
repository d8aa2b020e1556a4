"""Token requests of every grant, as they were made and as they are read (OpenID4VCI 1.0 §6)."""

from typing import Any

import pytest

from common.errors import SelloError
from common.oid4vci.token import (
    MAX_TX_CODE,
    AnyTokenRequest,
    CodeRequest,
    RefreshRequest,
    TokenRequest,
    TokenResponse,
    create_token_request,
    create_token_response,
    parse_token_request,
    parse_token_response,
)

PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
CODE = CodeRequest("c-1", "verifier", "https://wallet.example/back", "wallet", ("farmer.ldp_vc",))


def sent(request: AnyTokenRequest, **changes: Any) -> dict[str, list[str]]:
    fields = {name: [value] for name, value in create_token_request(request).items()} | changes
    return {name: value for name, value in fields.items() if value is not None}


@pytest.mark.parametrize(
    "request_",
    [
        TokenRequest("p-1"), TokenRequest("p-1", "4935", ("farmer.ldp_vc",), "wallet"), CODE,
        CodeRequest("c-1", "verifier", "https://wallet.example/back"), RefreshRequest("r-1"),
        RefreshRequest("r-1", "wallet"),
    ],
)  # fmt: skip
def test_each_is_read_as_it_was_made(request_: AnyTokenRequest) -> None:
    assert parse_token_request(sent(request_)) == request_


def test_the_fields_of_each() -> None:
    assert create_token_request(RefreshRequest("r-1", "wallet")) == {
        "grant_type": "refresh_token", "refresh_token": "r-1", "client_id": "wallet",
    }  # fmt: skip
    fields = create_token_request(CODE)
    assert fields.pop("authorization_details")
    assert fields == {
        "grant_type": "authorization_code", "code": "c-1", "code_verifier": "verifier",
        "redirect_uri": "https://wallet.example/back", "client_id": "wallet",
    }  # fmt: skip
    assert create_token_request(TokenRequest("p-1", "4935")) == {
        "grant_type": PRE_AUTHORIZED, "pre-authorized_code": "p-1", "tx_code": "4935",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        (CODE, "grant_type"), (CODE, "code"), (CODE, "code_verifier"), (CODE, "redirect_uri"),
        (RefreshRequest("r-1"), "refresh_token"), (TokenRequest("p-1"), "pre-authorized_code"),
    ],
)  # fmt: skip
def test_what_a_grant_needs(request_: AnyTokenRequest, name: str) -> None:
    for changed in (None, [""], ["x", "y"]):
        with pytest.raises(SelloError):
            parse_token_request(sent(request_, **{name: changed}))


def test_a_code_that_somebody_typed_has_its_greatest_length() -> None:
    longest = TokenRequest("p-1", "9" * MAX_TX_CODE)
    assert parse_token_request(sent(longest)) == longest
    with pytest.raises(SelloError, match="too long"):
        parse_token_request(sent(TokenRequest("p-1", "9" * (MAX_TX_CODE + 1))))


def test_a_response_with_all_that_it_may_hold() -> None:
    response = TokenResponse("t-1", "DPoP", 60, {"farmer.ldp_vc": ("1", "2")}, "r-1")
    created = create_token_response(response)
    assert created == {
        "access_token": "t-1", "token_type": "DPoP", "expires_in": 60, "refresh_token": "r-1",
        "authorization_details": [
            {
                "type": "openid_credential", "credential_configuration_id": "farmer.ldp_vc",
                "credential_identifiers": ["1", "2"],
            }
        ],
    }  # fmt: skip
    assert parse_token_response(created) == response
    assert create_token_response(TokenResponse("t-1")) == {"access_token": "t-1", "token_type": "Bearer"}
