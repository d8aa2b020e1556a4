"""JWS: RFC 7515 A.3 and RFC 8037 A.4, and every way to be told the algorithm by the attacker."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from common.encoding import base64url
from common.errors import InvalidSignatureError, MalformedInputError, SelloError
from common.keys import PrivateKey, jwk, jws
from tests.common.keys.test_jwk import EC, OKP
from tests.tampering import flip

RFC_7515 = (
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19y"
    "b290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)
RFC_8037 = (
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
)
SEED = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"


def crafted(header: Any, payload: bytes = b"{}", signature: bytes = bytes(64)) -> str:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return ".".join(base64url.encode(part) for part in (text, payload, signature))


def test_the_example_of_rfc_7515() -> None:
    parsed = jws.verify(RFC_7515, key=jwk.decode(EC), typ=None)
    assert parsed.header == {"alg": "ES256"}
    assert parsed.claims() == {"iss": "joe", "exp": 1300819380, "http://example.com/is_root": True}


def test_the_example_of_rfc_8037() -> None:
    assert jws.verify(RFC_8037, key=jwk.decode(OKP), typ=None).payload == b"Example of Ed25519 signing"
    signer = PrivateKey("Ed25519", base64url.decode(SEED))
    assert jws.sign({}, b"Example of Ed25519 signing", signer=signer) == RFC_8037


@pytest.mark.parametrize("curve", ["Ed25519", "P-256", "P-384"])
def test_what_is_signed_is_verified(curve: str) -> None:
    signer = PrivateKey(curve, b"\x01" * (48 if curve == "P-384" else 32))
    token = jws.sign({"typ": "dc+sd-jwt", "kid": "k"}, {"iss": "ana", "n": 1}, signer=signer)
    parsed = jws.verify(token, key=signer.public_key, typ="dc+sd-jwt")
    assert parsed.header == {"alg": signer.public_key.algorithm, "typ": "dc+sd-jwt", "kid": "k"}
    assert parsed.claims() == {"iss": "ana", "n": 1}


def test_the_fully_specified_name_is_understood() -> None:
    """RFC 9864 §2.2: Ed25519 is EdDSA with its curve named."""
    signer = PrivateKey("Ed25519", base64url.decode(SEED))
    token = jws.sign({"alg": "Ed25519"}, b"x", signer=signer)
    assert jws.verify(token, key=signer.public_key, typ=None).payload == b"x"


def test_another_key_does_not_verify(ana: PrivateKey, mallory: PrivateKey) -> None:
    with pytest.raises(InvalidSignatureError):
        jws.verify(jws.sign({}, b"x", signer=mallory), key=ana.public_key, typ=None)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_changed_part_does_not_verify(part: int, ana: PrivateKey) -> None:
    parts = jws.sign({"kid": "a"}, {"a": 1}, signer=ana).split(".")
    parts[part] = base64url.encode(flip(base64url.decode(parts[part]), -3))
    with pytest.raises(SelloError):
        jws.verify(".".join(parts), key=ana.public_key, typ=None)


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "NONE", "HS256", "RS256", "EdDSA", "Ed25519", "ES384", "es256", ""]
)
def test_the_header_does_not_choose_the_algorithm(algorithm: str, ana: PrivateKey) -> None:
    her_own = jws.sign({"alg": algorithm}, b"{}", signer=ana)  # the signature itself holds
    for token in (her_own, *(crafted({"alg": algorithm}, signature=bytes(size)) for size in (0, 64))):
        with pytest.raises(InvalidSignatureError):
            jws.verify(token, key=ana.public_key, typ=None)


def test_hmac_under_the_public_key_does_not_verify(ana: PrivateKey) -> None:
    signing_input = crafted({"alg": "HS256"}).rsplit(".", 1)[0]
    for secret in (ana.public_key.raw, json.dumps(jwk.encode(ana.public_key)).encode()):
        mac = hmac.new(secret, signing_input.encode(), hashlib.sha256).digest()
        with pytest.raises(InvalidSignatureError):
            jws.verify(f"{signing_input}.{base64url.encode(mac)}", key=ana.public_key, typ=None)


def test_an_es256_signature_under_an_ed25519_key_does_not_verify(ana: PrivateKey) -> None:
    token = jws.sign({}, b"x", signer=ana)
    with pytest.raises(InvalidSignatureError):
        jws.verify(token, key=jwk.decode(OKP), typ=None)
    with pytest.raises(InvalidSignatureError):
        jws.verify(RFC_8037, key=ana.public_key, typ=None)


def test_a_der_signature_is_not_a_jws_signature(ana: PrivateKey) -> None:
    head, body, signature = jws.sign({}, b"x", signer=ana).split(".")
    raw = base64url.decode(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    with pytest.raises(InvalidSignatureError):
        jws.verify(f"{head}.{body}.{base64url.encode(der)}", key=ana.public_key, typ=None)


@pytest.mark.parametrize("header", [{"alg": "ES256", "crit": ["exp"], "exp": 1}, {"alg": "ES256", "crit": []},
                                    {"alg": "ES256", "crit": ["b64"], "b64": False}])  # fmt: skip
def test_a_critical_header_is_refused(header: dict[str, Any]) -> None:
    with pytest.raises(MalformedInputError, match="critical"):
        jws.parse(crafted(header))


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"alg": None},
        {"alg": ["ES256"]},
        {"alg": 1},
        [],
        b"null",
        b"",
        b"{",
        b'{"alg":"ES256","alg":"none"}',
    ],
    ids=str,
)
def test_a_header_that_is_none_is_refused(header: Any) -> None:
    with pytest.raises(MalformedInputError):
        jws.parse(crafted(header))


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "a.b", RFC_7515 + ".", RFC_7515 + "=", RFC_7515 + "\n", " " + RFC_7515, RFC_7515[:-1],
     RFC_7515.replace(".", ". "), RFC_7515.rsplit(".", 1)[0], f"{RFC_7515}.{RFC_7515}", None, b"a.b.c", 7],
    ids=lambda token: repr(token)[:20],
)  # fmt: skip
def test_what_is_no_compact_jws_is_refused(token: Any) -> None:
    with pytest.raises(MalformedInputError):
        jws.parse(token)


def test_a_swollen_token_is_refused_unread() -> None:
    with pytest.raises(MalformedInputError):
        jws.parse(RFC_7515, max_length=len(RFC_7515) - 1)
    with pytest.raises(MalformedInputError):
        jws.parse(crafted({"alg": "ES256"}, b"x" * jws.MAX_LENGTH))


@pytest.mark.parametrize(
    ("typ", "accepted"),
    [("kb+jwt", True), ("KB+JWT", True), ("application/kb+jwt", True), ("JWT", False), ("dc+sd-jwt", False),
     (None, False), (["kb+jwt"], False), ("kb+jwt ", False),
     ("application/kb+jwt; charset=utf-8", True), ("x;kb+jwt", False)],
)  # fmt: skip
def test_a_token_of_another_type_is_refused(typ: Any, accepted: bool, ana: PrivateKey) -> None:
    token = jws.sign({} if typ is None else {"typ": typ}, b"{}", signer=ana)
    if accepted:
        jws.verify(token, key=ana.public_key, typ="kb+jwt")
    else:
        with pytest.raises(MalformedInputError, match="type"):
            jws.verify(token, key=ana.public_key, typ="kb+jwt")


@pytest.mark.parametrize("payload", [b"[]", b"null", b"text", b'{"a":1,"a":2}', b"\xff"])
def test_claims_are_one_json_object(payload: bytes, ana: PrivateKey) -> None:
    token = jws.sign({}, payload, signer=ana)
    with pytest.raises(MalformedInputError):
        jws.verify(token, key=ana.public_key, typ=None).claims()


def test_a_header_that_is_null_says_nothing() -> None:
    assert jws.parse(crafted({"alg": "ES256", "kid": None, "x5c": None})).header == {"alg": "ES256"}
    for header in ({"alg": None}, {"alg": "ES256", "crit": None}):
        with pytest.raises(MalformedInputError):
            jws.parse(crafted(header))


def test_claims_that_are_null_say_nothing() -> None:
    parsed = jws.parse(crafted({"alg": "ES256"}, b'{"iss":null,"nonce":"n","list":[null]}'))
    assert parsed.claims() == {"nonce": "n", "list": [None]}
