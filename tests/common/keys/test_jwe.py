"""JWE: the encrypted response of OpenID4VP 1.0 §8.3, and answers made to hurt."""

import json
import zlib
from typing import Any

import pytest
from jwcrypto import jwe as others
from jwcrypto import jwk as other_keys

from common.encoding import base64url
from common.errors import MalformedInputError, SelloError
from common.keys import PrivateKey, jwe, jwk
from tests.tampering import flip

OPENID4VP = (
    "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTEyOEdDTSIsImtpZCI6ImFjIiwiZXBrIjp7Imt0eSI6IkVDIiwieCI6Im5ubVZwbTNWM2pi"
    "aGNhZlFhUkJrU1ZOSGx3Wkh3dC05ck9wSnVmeVlJdWsiLCJ5IjoicjRmakRxd0p5czlxVU9QLV9iM21SNVNaRy0tQ3dPMm1pYzVWU05U"
    "WU45ZyIsImNydiI6IlAtMjU2In19..uAYcHRUSSn2X0WPX.yVzlGSYG4qbg0bq18JcUiDRw56yVnbKR8E7S7YlEtzT00RqE3Pw5oTpUG3"
    "hdLN4taHZ9gC1kwak8JOnJgQ.1wR024_3-qtAlx1oFIUpQQ"
)
VERIFIER = PrivateKey("P-256", base64url.decode("Et-3ce0omz8_TuZ96Df9lp0GAaaDoUnDe6X-CRO7Aww"))


def test_the_example_of_openid4vp() -> None:
    assert jwk.encode(VERIFIER.public_key)["x"] == "YO4epjifD-KWeq1sL2tNmm36BhXnkJ0He-WqMYrp9Fk"
    assert jwe.header(OPENID4VP)["kid"] == "ac"
    payload = json.loads(jwe.decrypt(OPENID4VP, key=VERIFIER))
    assert payload == {"vp_token": {"example_credential_id": ["eyJhb...YMetA"]}}


@pytest.mark.parametrize("encryption", ["A128GCM", "A256GCM"])
def test_there_and_back(encryption: str, ana: PrivateKey) -> None:
    recipient = {**jwk.encode(ana.public_key), "kid": "enc-1", "use": "enc"}
    token = jwe.encrypt(b"hello", recipient=recipient, encryption=encryption, apu="QQ", apv="Qg")
    header = jwe.header(token)
    assert {name: header[name] for name in ("alg", "enc", "kid", "apu", "apv")} == {
        "alg": "ECDH-ES", "enc": encryption, "kid": "enc-1", "apu": "QQ", "apv": "Qg",
    }  # fmt: skip
    assert jwe.decrypt(token, key=ana) == b"hello"


def test_each_message_has_its_own_ephemeral_key(ana: PrivateKey) -> None:
    recipient = jwk.encode(ana.public_key)
    first, second = (jwe.header(jwe.encrypt(b"x", recipient=recipient))["epk"] for _ in range(2))
    assert first != second


def test_nobody_else_opens_it(ana: PrivateKey, mallory: PrivateKey) -> None:
    token = jwe.encrypt(b"hello", recipient=jwk.encode(ana.public_key))
    with pytest.raises(MalformedInputError, match="could not be decrypted"):
        jwe.decrypt(token, key=mallory)


@pytest.mark.parametrize("part", [0, 2, 3, 4])
def test_a_changed_part_does_not_open(part: int) -> None:
    parts = OPENID4VP.split(".")
    parts[part] = base64url.encode(flip(base64url.decode(parts[part]), -5))
    with pytest.raises(SelloError):
        jwe.decrypt(".".join(parts), key=VERIFIER)


def with_header(**changes: Any) -> str:
    head, rest = OPENID4VP.split(".", 1)
    header = {**json.loads(base64url.decode(head)), **changes}
    return f"{base64url.encode(json.dumps(header).encode())}.{rest}"


@pytest.mark.parametrize(
    "changes",
    [{"alg": "none"}, {"alg": "dir"}, {"alg": "RSA1_5"}, {"alg": "ECDH-ES+A256KW"},
     {"alg": "PBES2-HS256+A128KW"}, {"enc": "A128CBC-HS256"}, {"enc": None}, {"zip": "DEF"},
     {"crit": ["exp"]}, {"alg": ["ECDH-ES"]}],
    ids=str,
)  # fmt: skip
def test_other_algorithms_compression_and_critical_headers_are_refused(changes: dict[str, Any]) -> None:
    for read in (jwe.header, lambda token: jwe.decrypt(token, key=VERIFIER)):
        with pytest.raises(MalformedInputError):
            read(with_header(**changes))


@pytest.mark.parametrize(
    "epk",
    [None, "x", {}, {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"},
     {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43},
     {"kty": "EC", "crv": "P-384", "x": "A" * 64, "y": "A" * 64},
     {"kty": "OKP", "crv": "X25519", "x": "A" * 43},
     {"kty": "oct", "k": "AAAA"}],
    ids=str,
)  # fmt: skip
def test_an_ephemeral_key_off_the_curve_is_refused(epk: Any) -> None:
    """An invalid-curve point would let the sender learn the recipient's private key."""
    with pytest.raises(MalformedInputError):
        jwe.decrypt(with_header(epk=epk), key=VERIFIER)


def test_a_compression_bomb_is_refused_before_it_opens(ana: PrivateKey) -> None:
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "zip": "DEF"}
    token = others.JWE(zlib.compress(bytes(100_000)), json.dumps(header))
    token.add_recipient(other_keys.JWK(**jwk.encode(ana.public_key)))
    with pytest.raises(MalformedInputError, match="compressed"):
        jwe.decrypt(token.serialize(compact=True), key=ana)


@pytest.mark.parametrize(
    "token",
    ["", "a.b.c", "a.b.c.d.e", OPENID4VP + ".", "." * 4, "x" * 2_000_001, None, {}],
    ids=lambda t: str(t)[:12],
)
def test_what_is_no_compact_jwe_is_refused(token: Any) -> None:
    with pytest.raises(MalformedInputError):
        jwe.decrypt(token, key=VERIFIER)


@pytest.mark.parametrize("encryption", ["A192GCM", "A128CBC-HS256", "none", ""])
def test_other_content_encryption_is_not_made(encryption: str, ana: PrivateKey) -> None:
    with pytest.raises(MalformedInputError, match="A128GCM or A256GCM"):
        jwe.encrypt(b"x", recipient=jwk.encode(ana.public_key), encryption=encryption)


def test_a_private_key_is_no_recipient(ana: PrivateKey) -> None:
    with pytest.raises(SelloError):
        jwe.encrypt(b"x", recipient={**jwk.encode(ana.public_key), "d": "AAAA"})
