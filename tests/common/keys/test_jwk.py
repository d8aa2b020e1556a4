"""JWKs and thumbprints: RFC 7515 A.3, RFC 8037 A.1–A.3, RFC 9449 §6.1; the method of RFC 7638."""

from typing import Any

import pytest

from common.errors import InvalidKeyError, SelloError
from common.keys import PrivateKey, PublicKey, jwk

OKP = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
EC = {
    "kty": "EC", "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}  # fmt: skip
DPOP = {
    "kty": "EC", "crv": "P-256",
    "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
}  # fmt: skip


@pytest.mark.parametrize("value", [OKP, EC, DPOP])
def test_there_and_back_without_the_optional_members(value: dict[str, str]) -> None:
    key = jwk.decode({**value, "kid": "1", "use": "sig", "alg": "whatever", "x5c": []})
    assert jwk.encode(key) == value


def test_the_ed25519_key_of_rfc_8037_is_that_of_rfc_8032() -> None:
    raw = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert jwk.decode(OKP) == PublicKey("Ed25519", bytes.fromhex(raw))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (OKP, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),  # RFC 8037 A.3
        (DPOP, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"),  # RFC 9449 §6.1
    ],
)
def test_thumbprints(value: dict[str, str], expected: str) -> None:
    assert jwk.thumbprint(jwk.decode(value)) == expected


@pytest.mark.parametrize("curve", ["P-256", "P-384"])
def test_coordinates_keep_their_leading_zeros(curve: str) -> None:
    """RFC 7518 §6.2.1.2: the length is the curve's, whatever the number."""
    seen = False
    for number in range(1, 400):
        key = PrivateKey(curve, number.to_bytes(48, "big")).public_key
        value = jwk.encode(key)
        assert jwk.decode(value) == key
        seen = seen or value["x"].startswith("AA") or value["y"].startswith("AA")
        if seen and number > 5:
            break


@pytest.mark.parametrize(
    "change",
    [
        {"d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"},
        {"k": "AAAA"},
        {"crv": "secp256k1"},
        {"crv": "P-384"},
        {"crv": "P-521"},
        {"crv": "Ed25519"},
        {"crv": None},
        {"crv": ["P-256"]},
        {"kty": "OKP"},
        {"kty": "oct"},
        {"kty": "RSA"},
        {"kty": None},
        {"x": None},
        {"x": 5},
        {"y": None},
        {"y": DPOP["y"]},
        {"x": DPOP["x"]},
        {"x": EC["x"] + "="},
        {"x": EC["x"][:-4]},
        {"x": "AA" + EC["x"]},
        {"x": "_" * 42 + "8"},
    ],
    ids=str,
)
def test_a_jwk_that_is_none_of_our_keys_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(SelloError):
        jwk.decode({**EC, **change})


@pytest.mark.parametrize("value", [None, "", [], "{}", 7])
def test_what_is_no_object_is_no_jwk(value: Any) -> None:
    with pytest.raises(InvalidKeyError):
        jwk.decode(value)


@pytest.mark.parametrize("change", [{"x": EC["x"][:-2]}, {"crv": "X25519"}, {"crv": "Ed448"}, {"kty": "EC"}])
def test_an_okp_that_is_not_ed25519_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(SelloError):
        jwk.decode({**OKP, **change})


def test_members_that_are_null_say_nothing() -> None:
    assert jwk.decode({**EC, "d": None, "kid": None, "x5c": None}) == jwk.decode(EC)
    with pytest.raises(InvalidKeyError):
        jwk.decode({**EC, "y": None})
