"""did:jwk: the example of its specification, and identifiers that hold no public key."""

import json

import pytest

from common.did import ResolutionError, did_jwk, resolve
from common.encoding import base64url
from common.keys import PrivateKey, jwk
from tests.common.did.test_did_key import no_network

EXAMPLE = (
    "did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6OTFQSDZDZEgyVjAi"
    "LCJ5IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9"
)
KEY = {
    "crv": "P-256", "kty": "EC",
    "x": "acbIQiuMs3i8_uszEjJ2tpTtRM4EU3yz91PH6CdH2V0", "y": "_KcyLj9vWMptnmKtm46GqDz8wf74I5LKgrl2GzH3nSE",
}  # fmt: skip


def did(value: object) -> str:
    return "did:jwk:" + base64url.encode(json.dumps(value).encode())


def test_the_example_of_the_specification() -> None:
    document = resolve(EXAMPLE, fetch=no_network)
    method = document.method(f"{EXAMPLE}#0")
    assert jwk.encode(method.public_key) == KEY
    assert did_jwk.encode(method.public_key) == EXAMPLE
    assert method.controller == EXAMPLE
    assert "assertionMethod" in method.purposes


def test_a_key_for_encryption_signs_nothing() -> None:
    name = did({**KEY, "use": "enc"})
    method = resolve(name, fetch=no_network).method(f"{name}#0")
    assert method.purposes == {"keyAgreement"}
    with pytest.raises(ResolutionError):
        method.require("assertionMethod")


def test_there_and_back(ana: PrivateKey) -> None:
    name = did_jwk.encode(ana.public_key)
    assert resolve(name, fetch=no_network).method(f"{name}#0").public_key == ana.public_key


@pytest.mark.parametrize(
    "name",
    [
        did({**KEY, "d": "AAAA"}),
        did({"kty": "oct", "k": "AAAA"}),
        did({**KEY, "crv": "secp256k1"}),
        did({**KEY, "crv": ["P-256"]}),
        did({**KEY, "x": KEY["y"]}),
        did([KEY]),
        did(None),
        "did:jwk:" + base64url.encode(b'{"kty":"EC","kty":"OKP"}'),
        "did:jwk:" + base64url.encode(b"["),
        "did:jwk:" + base64url.encode(b"[" * 10_000),
        EXAMPLE + "=",
        EXAMPLE[:-1],
        "did:jwk:e.J9",
    ],
    ids=lambda name: name[-12:],
)
def test_an_identifier_that_holds_no_public_key_is_refused(name: str) -> None:
    with pytest.raises(ResolutionError) as caught:
        resolve(name, fetch=no_network)
    assert caught.value.code == "invalidDid"
