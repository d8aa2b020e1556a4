"""COSE: RFC 9052 C.2.1, and every way to be told the algorithm or the key by the attacker."""

from typing import Any

import pytest

from common.encoding import cbor
from common.errors import InvalidKeyError, InvalidSignatureError, MalformedInputError, SelloError
from common.keys import PrivateKey, cose
from common.keys.private_key import generate
from tests.tampering import flip

# RFC 9052 C.2.1 and its key "11" of C.7.1
SIGNED = bytes.fromhex(
    "d28443a10126a10442313154546869732069732074686520636f6e74656e742e58408eb33e4ca31d1c465ab05aac34cc6b23"
    "d58fef5c083106c4d25a91aef0b0117e2af9a291aa32e14ab834dc56ed2a223444547e01f11d3b0916e5a4c345cacb36"
)
KEY = {
    1: 2,
    -1: 1,
    -2: bytes.fromhex("bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff"),
    -3: bytes.fromhex("20138bf82dc1b6d562be0fa54ab7804a3a64b6d72ccfed6b6fb6ed28bbfc117e"),
}


def test_the_example_of_rfc_9052() -> None:
    message = cose.parse(cbor.decode(SIGNED, tags=frozenset({18})))
    assert message.unprotected == {cose.KID: b"11"}
    assert cose.verify(message, key=cose.decode_key(KEY)) == b"This is the content."


@pytest.mark.parametrize("curve", ["P-256", "P-384", "Ed25519"])
def test_what_was_signed_verifies_and_nothing_else_does(curve: str) -> None:
    signer, other = generate(curve), generate(curve)
    made = cose.sign1(b"payload", signer=signer, unprotected={cose.X5CHAIN: b"certificate"})
    message = cose.parse(cbor.decode(cbor.encode(made)))
    assert cose.verify(message, key=signer.public_key) == b"payload"
    with pytest.raises(InvalidSignatureError):
        cose.verify(message, key=other.public_key)
    for changed in ([made[0], {}, b"other", made[3]], [made[0], {}, made[2], flip(made[3])]):
        with pytest.raises(InvalidSignatureError):
            cose.verify(cose.parse(changed), key=signer.public_key)


def test_a_detached_payload_is_needed_exactly_once(ana: PrivateKey) -> None:
    message = cose.parse(cose.sign1(b"payload", signer=ana, detached=True))
    assert message.payload is None
    assert cose.verify(message, key=ana.public_key, detached=b"payload") == b"payload"
    with pytest.raises(InvalidSignatureError):
        cose.verify(message, key=ana.public_key, detached=b"other")
    with pytest.raises(MalformedInputError):
        cose.verify(message, key=ana.public_key)
    attached = cose.parse(cose.sign1(b"payload", signer=ana))
    with pytest.raises(MalformedInputError):
        cose.verify(attached, key=ana.public_key, detached=b"payload")


@pytest.mark.parametrize("algorithm", [-8, -35, 5, None, "ES256", True])
def test_the_algorithm_follows_from_the_key(ana: PrivateKey, algorithm: object) -> None:
    header = cbor.encode({cose.ALG: algorithm})
    signature = ana.sign(cbor.encode(["Signature1", header, b"", b"payload"]))
    with pytest.raises(InvalidSignatureError):
        cose.verify(cose.parse([header, {}, b"payload", signature]), key=ana.public_key)


def test_fully_specified_algorithms_are_taken(ana: PrivateKey) -> None:
    header = cbor.encode({cose.ALG: -9})
    signature = ana.sign(cbor.encode(["Signature1", header, b"", b"payload"]))
    assert cose.verify(cose.parse([header, {}, b"payload", signature]), key=ana.public_key) == b"payload"


def test_an_algorithm_outside_the_signature_does_not_count(ana: PrivateKey) -> None:
    signature = ana.sign(cbor.encode(["Signature1", b"", b"", b"payload"]))
    with pytest.raises(InvalidSignatureError):
        cose.verify(cose.parse([b"", {cose.ALG: -7}, b"payload", signature]), key=ana.public_key)


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        [b"", {}, b""],
        ["", {}, b"", b""],
        [b"", [], b"", b""],
        [b"", {}, "", b""],
        [b"", {}, b"", ""],
        [cbor.encode({cose.ALG: -7, cose.CRIT: [99]}), {}, b"", b""],
        [cbor.encode({cose.ALG: -7}), {cose.CRIT: [99]}, b"", b""],
        [cbor.encode({cose.ALG: -7}), {cose.ALG: -7}, b"", b""],
        [cbor.encode([1]), {}, b"", b""],
        [bytes.fromhex("a201260126"), {}, b"", b""],
        cbor.Tag(98, (b"", {}, b"", b"")),
    ],
)
def test_what_is_no_sign1_is_refused(value: Any) -> None:
    with pytest.raises(MalformedInputError):
        cose.parse(value)


@pytest.mark.parametrize("curve", ["P-256", "P-384", "Ed25519"])
def test_keys_there_and_back(curve: str) -> None:
    key = generate(curve).public_key
    assert cose.decode_key(cbor.decode(cbor.encode(cose.encode_key(key)))) == key


def test_a_key_may_give_the_sign_of_its_coordinate() -> None:
    assert cose.decode_key({**KEY, -3: False}) == cose.decode_key(KEY)
    assert cose.decode_key({**KEY, -3: True}) != cose.decode_key(KEY)


@pytest.mark.parametrize(
    "change",
    [
        {-4: bytes(32)},
        {1: 1},
        {1: 4},
        {-1: 2},
        {-1: 8},
        {-1: "P-256"},
        {-1: True},
        {-2: bytes(32)},
        {-2: bytes(31)},
        {-2: None},
        {-3: bytes(32)},
        {-3: bytes(33)},
        {-3: None},
        {-3: 1},
    ],
)
def test_what_is_no_public_key_is_refused(change: dict[int, Any]) -> None:
    with pytest.raises(InvalidKeyError):
        cose.decode_key({**KEY, **change})


@pytest.mark.parametrize("value", [None, b"", [], "key", {}, {1: 2}])
def test_what_is_no_key_at_all_is_refused(value: object) -> None:
    with pytest.raises(SelloError):
        cose.decode_key(value)
