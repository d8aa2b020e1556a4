"""Token, nonce, credential and notification messages, in both directions."""

import json
from collections.abc import Mapping
from typing import Any

import jsonschema
import pytest

from common.errors import SelloError
from common.keys import PrivateKey
from common.oid4vci import errors
from common.oid4vci.credential import (
    CredentialRequest,
    CredentialResponse,
    DeferredRequest,
    DeferredResponse,
    create_credential_request,
    create_credential_response,
    create_deferred_request,
    create_deferred_response,
    create_nonce_response,
    parse_credential_request,
    parse_credential_response,
    parse_deferred_request,
    parse_nonce_response,
)
from common.oid4vci.encryption import EncryptionTarget, public_jwk
from common.oid4vci.notification import Notification, create_notification, parse_notification
from common.oid4vci.token import (
    TokenRequest,
    TokenResponse,
    create_token_request,
    create_token_response,
    parse_token_request,
    parse_token_response,
)
from tests.conftest import shared

REQUEST = TokenRequest("SplxlOBeZQQYbYS6WxSbIA", "493536", ("farmer.ldp_vc",))


def fields(request: TokenRequest, **changes: list[str]) -> dict[str, list[str]]:
    return {name: [value] for name, value in create_token_request(request).items()} | changes


def test_token_request_round_trip() -> None:
    assert parse_token_request(fields(REQUEST)) == REQUEST
    assert parse_token_request(fields(TokenRequest("abc"), more=["ignored"])) == TokenRequest("abc")
    assert "493536" not in repr(REQUEST)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"grant_type": []}, "invalid_request"),
        ({"grant_type": [""]}, "invalid_request"),
        ({"grant_type": ["password"]}, "unsupported_grant_type"),
        ({"pre-authorized_code": ["a", "b"]}, "invalid_request"),
        ({"pre-authorized_code": [""]}, "invalid_request"),
        ({"tx_code": ["1" * 200]}, "invalid_request"),
        ({"authorization_details": ["{}"]}, "invalid_request"),
        ({"authorization_details": ["["]}, "invalid_authorization_details"),
        ({"authorization_details": ["[]"]}, "invalid_authorization_details"),
        ({"authorization_details": ['[{"type": "payment"}]']}, "invalid_authorization_details"),
    ],
)
def test_token_requests_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(errors.TokenError) as caught:
        parse_token_request(fields(REQUEST, **changes))
    assert caught.value.code == code


def test_token_response_round_trip() -> None:
    response = TokenResponse("token", expires_in=600, credential_identifiers={"a": ("a-1", "a-2")})
    assert parse_token_response(create_token_response(response)) == response
    assert "token" not in repr(response).replace("token_type", "").replace("access_token", "")


@pytest.mark.parametrize(
    "change",
    [{"token_type": "mac"}, {"access_token": ""}, {"expires_in": "600"}, {"authorization_details": {}}],
)
def test_token_responses_refused(change: dict[str, Any]) -> None:
    with pytest.raises(errors.InvalidMessageError):
        parse_token_response({**create_token_response(TokenResponse("token")), **change})


def test_nonce_response() -> None:
    assert parse_nonce_response(create_nonce_response("wKI4LT17ac15ES9bw8ac4")) == "wKI4LT17ac15ES9bw8ac4"
    with pytest.raises(errors.InvalidMessageError):
        parse_nonce_response({})


@pytest.mark.parametrize(
    "request_",
    [
        CredentialRequest(("a", "b"), "farmer.ldp_vc"),
        CredentialRequest(("a",), credential_identifier="x"),
        CredentialRequest(({"type": ["VerifiablePresentation"]},), "farmer.ldp_vc", proof_type="di_vp"),
    ],
)
def test_credential_request_round_trip(request_: CredentialRequest) -> None:
    source = create_credential_request(request_)
    assert parse_credential_request(source, batch_size=2) == request_
    schema = json.loads(shared("vectors/oidf-schemas/oid4vci/credential_request-1_0.json").read_text())
    jsonschema.validate(source, schema)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (None, "invalid_credential_request"),
        ([], "invalid_credential_request"),
        ({"credential_configuration_id": None}, "invalid_credential_request"),
        ({"credential_identifier": "b"}, "invalid_credential_request"),
        ({"credential_configuration_id": 7}, "invalid_credential_request"),
        ({"proofs": None}, "invalid_proof"),
        ({"proofs": {}}, "invalid_proof"),
        ({"proofs": []}, "invalid_proof"),
        ({"proofs": {"jwt": []}}, "invalid_proof"),
        ({"proofs": {"jwt": "a"}}, "invalid_proof"),
        ({"proofs": {"jwt": [7]}}, "invalid_proof"),
        ({"proofs": {"di_vp": ["a"]}}, "invalid_proof"),
        ({"proofs": {"jwt": [{}]}}, "invalid_proof"),
        ({"proofs": {"cwt": ["a"]}}, "invalid_proof"),
        ({"proofs": {"jwt": ["a"], "di_vp": [{}]}}, "invalid_proof"),
        ({"proofs": {"jwt": ["a", "b", "c"]}}, "invalid_credential_request"),
        ({"credential_response_encryption": {"jwk": {}, "enc": "A256GCM"}}, "invalid_encryption_parameters"),
    ],
)
def test_credential_requests_refused(source: dict[str, Any] | list[Any] | None, code: str) -> None:
    if isinstance(source, dict):
        whole = {"credential_configuration_id": "a", "proofs": {"jwt": ["a"]}, **source}
        source = {name: value for name, value in whole.items() if value is not None}
    with pytest.raises(SelloError) as caught:
        parse_credential_request(source, batch_size=2)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "older",
    [
        {"proof": {"proof_type": "jwt", "jwt": "a"}},
        {"proof": {"proof_type": "jwt", "jwt": "a"}, "proofs": None},
        {"proofs": {"proof_type": "jwt", "jwt": ["a"]}},
        {"proofs": {"jwt": ["a"]}, "proof": {"proof_type": "cwt", "cwt": "b"}},
    ],
)
def test_a_proof_as_drafts_had_it(older: dict[str, Any]) -> None:
    request = parse_credential_request({"credential_configuration_id": "a", **older}, batch_size=2)
    assert (request.proof_type, request.proofs) == ("jwt", ("a",))


@pytest.mark.parametrize(
    "proof", [{}, {"jwt": "a"}, {"proof_type": "jwt"}, {"proof_type": "cwt", "cwt": "a"}, "a"]
)
def test_a_proof_that_is_none(proof: dict[str, str] | str) -> None:
    with pytest.raises(SelloError) as caught:
        parse_credential_request({"credential_configuration_id": "a", "proof": proof}, batch_size=2)
    assert caught.value.code == "invalid_proof"


@pytest.mark.parametrize(
    ("told", "read"), [(3600, 3600), (3599.9, 3599), (1e3, 1000), (1e300, 10**9), (None, None)]
)
def test_how_long_a_token_lives(told: float | int | None, read: int | None) -> None:
    source = {"access_token": "a", "token_type": "Bearer", "expires_in": told, "refresh_token": None}
    found = parse_token_response(source)
    assert (found.expires_in, found.refresh_token) == (read, None)


@pytest.mark.parametrize("told", [-1, "3600", True, []])
def test_a_life_that_is_no_time(told: int | list[Any] | str) -> None:
    with pytest.raises(SelloError, match="number of seconds"):
        parse_token_response({"access_token": "a", "token_type": "Bearer", "expires_in": told})


@pytest.mark.parametrize(("told", "read"), [(2.5, 3), (0.25, 1), (5, 5), (1e300, 10**9)])
def test_when_to_ask_again(told: float | int, read: int) -> None:
    source = {"transaction_id": "t", "interval": told, "credentials": None}
    assert parse_credential_response(source, expected=1) == DeferredResponse("t", read)


def test_credential_response_round_trip() -> None:
    response = CredentialResponse(("eyJ", {"proof": {}}), "3fwe98js")
    assert parse_credential_response(create_credential_response(response), expected=2) == response


def test_deferred_round_trip() -> None:
    answer = DeferredResponse("8xLOxBtZp8", 3600)
    assert parse_credential_response(create_deferred_response(answer), expected=1) == answer
    target = EncryptionTarget(public_jwk(PrivateKey("P-256", bytes(31) + b"\x01").public_key), "A256GCM")
    request = DeferredRequest("8xLOxBtZp8", target)
    assert parse_deferred_request(create_deferred_request(request)) == request
    source: Any
    for source in (None, [], {}, {"transaction_id": 7}):
        with pytest.raises(errors.CredentialRequestError):
            parse_deferred_request(source)


def test_published_credential_response() -> None:
    text = shared("vectors/openid/vci/credential_response_ldp_vc.txt").read_text()
    source = json.loads(text[text.index("{") :], strict=False)  # a value is broken for display
    response = parse_credential_response(source, expected=1)
    assert isinstance(response, CredentialResponse)
    [credential] = response.credentials
    assert isinstance(credential, Mapping)
    assert credential["type"] == ["VerifiableCredential", "UniversityDegreeCredential"]


@pytest.mark.parametrize(
    "source",
    [
        {},
        {"credentials": []},
        {"credentials": ["eyJ"]},
        {"credentials": [{"credential": 7}]},
        {"credentials": [{"credential": ""}]},
        {"credentials": [{"credential": "a"}, {"credential": "b"}]},
        {"transaction_id": "8xLOxBtZp8"},
        {"transaction_id": "8xLOxBtZp8", "interval": 0},
        {"transaction_id": "8xLOxBtZp8", "interval": 5, "credentials": [{"credential": "a"}]},
    ],
)
def test_credential_responses_refused(source: dict[str, Any]) -> None:
    with pytest.raises(errors.InvalidMessageError):
        parse_credential_response(source, expected=1)


def test_notification_round_trip() -> None:
    told = Notification("3fwe98js", "credential_failure", "Could not store the Credential. Out of storage.")
    assert parse_notification(create_notification(told)) == told


@pytest.mark.parametrize(
    "source",
    [
        None,
        {},
        {"notification_id": "a"},
        {"notification_id": "a", "event": "credential_stolen"},
        {"notification_id": "", "event": "credential_accepted"},
        {"notification_id": "a", "event": "credential_accepted", "event_description": 'say "no"'},
        {"notification_id": "a", "event": "credential_accepted", "event_description": "ñ"},
    ],
)
def test_notifications_refused(source: dict[str, str] | None) -> None:
    with pytest.raises(errors.NotificationError) as caught:
        parse_notification(source)
    assert caught.value.code == "invalid_notification_request"


def test_what_an_issuer_answers_is_not_repeated_to_a_person() -> None:
    error = errors.parse_error(
        {"error": "invalid_proof", "error_description": "<b>no</b>\n\x1b[31m"}, status=400
    )
    assert (error.code, error.detail) == ("invalid_proof", "400 <b>no</b>??[31m")
    assert "<b>" not in error.public
    strange = errors.parse_error({"error": "<script>", "error_description": 7}, status=500)
    assert (strange.code, strange.detail) == ("server_error", "500 ")
    assert errors.printable('Ñ says "no"') == "' says 'no'"
