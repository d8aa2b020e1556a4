"""Answers in both response modes, opened by the verifier that asked (OpenID4VP §8)."""

import contextlib
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from common.encoding import strict_json
from common.errors import FetchError, SelloError
from common.keys import PrivateKey, jwe, jwk
from common.oid4vp.errors import AccessDeniedError, InvalidResponseError
from common.oid4vp.request import AuthorizationRequest, parse_request_parameters
from common.oid4vp.response import (
    MAX_BYTES,
    AuthorizationResponse,
    OutgoingResponse,
    ReceivedForm,
    create_error_response,
    create_response,
    open_response,
    parse_response_form,
    send_response,
)
from tests.common.oid4vp.oid4vp_fixture import DID, EPHEMERAL, RESPONSE_URI, Server, parameters

TOKEN: dict[str, tuple[Any, ...]] = {
    "identity": ("eyJ.eyJ.sig~",),
    "farm": ({"type": ["VerifiablePresentation"]},),
}
STATE = "eyJhb-6-sVA"


def request(*, encrypted: bool) -> AuthorizationRequest:
    return parse_request_parameters(parameters(DID, encrypted=encrypted))


def opened(body: bytes, *, encrypted: bool, **more: Any) -> AuthorizationResponse:
    expected: dict[str, Any] = {
        "state": STATE,
        "response_mode": "direct_post.jwt" if encrypted else "direct_post",
        "key": EPHEMERAL if encrypted else None,
    }
    return open_response(parse_response_form(body), **{**expected, **more})


@pytest.mark.parametrize("encrypted", [False, True])
def test_an_answer_arrives(encrypted: bool) -> None:
    outgoing = create_response(request(encrypted=encrypted), TOKEN)
    assert outgoing.uri == RESPONSE_URI
    assert opened(outgoing.body, encrypted=encrypted).presentations == TOKEN


def test_an_encrypted_answer_shows_nothing_and_names_its_key() -> None:
    outgoing = create_response(request(encrypted=True), TOKEN)
    assert set(outgoing.form) == {"response"}
    header = jwe.header(outgoing.form["response"])
    assert (header["alg"], header["enc"], header["kid"]) == ("ECDH-ES", "A256GCM", "enc-1")
    form = parse_response_form(outgoing.body)
    assert (form.encrypted, form.kid, form.state) == (True, "enc-1", "")


def test_the_content_encryption_is_one_that_the_verifier_offers() -> None:
    source = parameters(DID, encrypted=True)
    source["client_metadata"]["encrypted_response_enc_values_supported"] = ["A128GCM"]
    outgoing = create_response(parse_request_parameters(source), TOKEN)
    assert jwe.header(outgoing.form["response"])["enc"] == "A128GCM"
    assert opened(outgoing.body, encrypted=True).presentations == TOKEN


def test_a_plain_answer_is_a_form_of_json() -> None:
    form = create_response(request(encrypted=False), {"identity": ["a~"]}).form
    assert form == {"vp_token": '{"identity":["a~"]}', "state": STATE}


@pytest.mark.parametrize("token", [{}, {"identity": []}])
def test_an_empty_answer_is_none(token: Any) -> None:
    with pytest.raises(InvalidResponseError):
        create_response(request(encrypted=False), token)


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_refusal_travels_in_the_clear_and_says_only_its_code(encrypted: bool) -> None:
    outgoing = create_error_response(
        request(encrypted=encrypted), AccessDeniedError("I would rather not say why.")
    )
    assert outgoing.form == {"error": "access_denied", "state": STATE}
    assert opened(outgoing.body, encrypted=encrypted) == AuthorizationResponse({}, error="access_denied")


def test_an_answer_in_the_clear_is_not_taken_for_an_encrypted_one() -> None:
    with pytest.raises(InvalidResponseError, match="encrypted"):
        opened(create_response(request(encrypted=False), TOKEN).body, encrypted=True)


def test_an_encrypted_answer_is_not_taken_where_none_was_asked_for() -> None:
    body = create_response(request(encrypted=True), TOKEN).body
    with pytest.raises(InvalidResponseError):
        opened(body, encrypted=False)
    with pytest.raises(InvalidResponseError):
        opened(body, encrypted=False, key=EPHEMERAL)


def test_another_key_does_not_open_it(mallory: PrivateKey) -> None:
    with pytest.raises(SelloError, match="decrypted"):
        opened(create_response(request(encrypted=True), TOKEN).body, encrypted=True, key=mallory)


@pytest.mark.parametrize("encrypted", [False, True])
def test_the_state_is_that_of_the_request(encrypted: bool) -> None:
    with pytest.raises(InvalidResponseError, match="another request"):
        opened(create_response(request(encrypted=encrypted), TOKEN).body, encrypted=encrypted, state="other")


def test_a_compressed_answer_is_refused() -> None:
    """A bomb: the header is looked at before anything is opened."""
    from common.encoding import base64url

    header = base64url.encode(
        json.dumps({"alg": "ECDH-ES", "enc": "A256GCM", "zip": "DEF", "kid": "enc-1"}).encode()
    )
    with pytest.raises(SelloError, match="compressed"):
        parse_response_form(urlencode({"response": f"{header}.a.a.a.a"}).encode())


def test_an_answer_without_a_key_name_is_refused() -> None:
    sealed = jwe.encrypt(b"{}", recipient=jwk.encode(EPHEMERAL.public_key))
    with pytest.raises(InvalidResponseError, match="key"):
        parse_response_form(urlencode({"response": sealed}).encode())


@pytest.mark.parametrize(
    "vp_token",
    ["", "[]", "{}", '{"a":[]}', '{"a":"x"}', '{"a":[5]}', '{"a":["x"],"a":["y"]}', '{"a":[null]}',
     json.dumps({"a": ["x"] * 21}), json.dumps({str(n): ["x"] for n in range(21)}), "{"],
)  # fmt: skip
def test_vp_token_has_one_shape(vp_token: str) -> None:
    with pytest.raises(SelloError):
        opened(urlencode({"vp_token": vp_token, "state": STATE}).encode(), encrypted=False)


def test_inside_an_encrypted_answer_vp_token_is_an_object_not_a_text() -> None:
    key = {**jwk.encode(EPHEMERAL.public_key), "kid": "enc-1"}
    payload = json.dumps({"vp_token": '{"identity":["a"]}', "state": STATE}).encode()
    body = urlencode({"response": jwe.encrypt(payload, recipient=key)}).encode()
    with pytest.raises(InvalidResponseError):
        opened(body, encrypted=True)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"vp_token=a&vp_token=b&state=c", 400),
        (b"\xff\xfe", 400),
        (b"", 400),
        (b"vp_token=a&state=%00", 400),
        (b"vp_token=" + b"a" * MAX_BYTES, 413),
        (b"&".join(b"a%d=1" % n for n in range(30)), 400),
    ],
)
def test_what_is_no_form_is_refused(body: bytes, status: int) -> None:
    with pytest.raises(InvalidResponseError) as caught:
        parse_response_form(body)
    assert caught.value.status == status


def test_no_name_or_error_of_a_wallet_reaches_a_database_or_log_as_it_came() -> None:
    key = {**jwk.encode(EPHEMERAL.public_key), "kid": "enc\0"}
    body = urlencode({"response": jwe.encrypt(b"{}", recipient=key)}).encode()
    with pytest.raises(InvalidResponseError, match="does not name the key"):
        parse_response_form(body)
    for wrong in ("a\nb", "\ud83d", "ñ"):
        inside = json.dumps({"error": wrong, "state": STATE}).encode()
        sealed = jwe.encrypt(inside, recipient={**key, "kid": "enc-1"})
        form = ReceivedForm({"response": sealed}, kid="enc-1")
        with contextlib.suppress(SelloError):
            told = open_response(form, state=STATE, response_mode="direct_post.jwt", key=EPHEMERAL)
            assert told.error == "error"


OUTGOING = OutgoingResponse(RESPONSE_URI, {"vp_token": "{}"})


def test_sending_leads_the_person_on() -> None:
    server = Server(b'{"redirect_uri":"https://clinic.example/done?response_code=1","other":1.5}')
    assert send_response(OUTGOING, send=server) == "https://clinic.example/done?response_code=1"
    method, url, headers, body = server.seen[0]
    assert (method, url, body) == ("POST", RESPONSE_URI, b"vp_token=%7B%7D")
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize("body", [b"{}", b""])
def test_sending_may_lead_nowhere(body: bytes) -> None:
    assert send_response(OUTGOING, send=Server(body)) == ""


@pytest.mark.parametrize(
    "server",
    [Server(b"{}", 302), Server(b"{}", 307), Server(b"{}", 400), Server(b"<html>"),
     Server(b'{"redirect_uri":"javascript:alert(1)"}'), Server(b'{"redirect_uri":5}')],
)  # fmt: skip
def test_a_service_that_does_not_answer_well(server: Server) -> None:
    with pytest.raises(FetchError):
        send_response(OUTGOING, send=server)


def test_the_example_of_the_specification_is_decrypted() -> None:
    """OpenID4VP §8.3: the published key and JWE, and what it holds."""
    key = PrivateKey("P-256", _bytes("Et-3ce0omz8_TuZ96Df9lp0GAaaDoUnDe6X-CRO7Aww"))
    published = (
        "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTEyOEdDTSIsImtpZCI6ImFjIiwiZXBrIjp7Imt0eSI6IkVDIiwieCI6Im5ubVZwbTNWM2piaGN"
        "hZlFhUkJrU1ZOSGx3Wkh3dC05ck9wSnVmeVlJdWsiLCJ5IjoicjRmakRxd0p5czlxVU9QLV9iM21SNVNaRy0tQ3dPMm1pYzVWU05UWU45ZyI"
        "sImNydiI6IlAtMjU2In19..uAYcHRUSSn2X0WPX.yVzlGSYG4qbg0bq18JcUiDRw56yVnbKR8E7S7YlEtzT00RqE3Pw5oTpUG3hdLN4taHZ9"
        "gC1kwak8JOnJgQ.1wR024_3-qtAlx1oFIUpQQ"
    )
    assert parse_response_form(urlencode({"response": published}).encode()).kid == "ac"
    assert strict_json.loads(jwe.decrypt(published, key=key)) == {
        "vp_token": {"example_credential_id": ["eyJhb...YMetA"]}
    }


def _bytes(text: str) -> bytes:
    from common.encoding import base64url

    return base64url.decode(text)


@pytest.mark.parametrize("body", [b"{}", b'{"redirect_uri":null}', b'{"redirect_uri":""}'])
def test_a_reply_that_leads_nowhere_further(body: bytes) -> None:
    outgoing = create_response(request(encrypted=False), TOKEN)
    assert send_response(outgoing, send=Server(body)) == ""


def test_an_error_that_is_null_is_none() -> None:
    [key] = parameters(DID, encrypted=True)["client_metadata"]["jwks"]["keys"]
    answer = {"vp_token": {"identity": ["eyJ.eyJ.sig~"]}, "state": STATE, "error": None, "id_token": None}
    sealed = jwe.encrypt(json.dumps(answer).encode(), recipient=key, encryption="A128GCM")
    found = opened(urlencode({"response": sealed}).encode(), encrypted=True)
    assert (found.error, set(found.presentations)) == ("", {"identity"})
