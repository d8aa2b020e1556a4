"""Ed25519 and ECDSA against RFC 8032 §7.1 and RFC 6979 Appendix A.2, and against forgeries."""

from typing import Literal

import pytest

from common.errors import InvalidKeyError, InvalidSignatureError, UnknownPartError
from common.keys import PrivateKey, PublicKey
from common.keys.private_key import generate
from tests.tampering import flip

ED25519 = [  # RFC 8032 §7.1, TEST 1 to 3: seed, public key, message, signature
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
]
ECDSA = [  # RFC 6979 A.2.5 and A.2.6, message "sample": curve, private key, compressed public key, r||s
    (
        "P-256",
        "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
        "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6",
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    ),
    (
        "P-384",
        "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5",
        "02ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13",
        "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46"
        "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8",
    ),
]
ORDER = {  # of the base point
    "Ed25519": 2**252 + 27742317777372353535851937790883648493,
    "P-256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "P-384": 2**384 - 0x389CB27E0BC8D220A7E5F24DB74F58851313E695333AD68D,
}
SIZES = {"Ed25519": 32, "P-256": 32, "P-384": 48}
CURVES = tuple(SIZES)


@pytest.mark.parametrize(("seed", "public", "message", "signature"), ED25519)
def test_rfc_8032(seed: str, public: str, message: str, signature: str) -> None:
    key = PrivateKey("Ed25519", bytes.fromhex(seed))
    assert key.public_key.raw.hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature
    key.public_key.verify(bytes.fromhex(signature), bytes.fromhex(message))


@pytest.mark.parametrize(("curve", "private", "public", "signature"), ECDSA)
def test_rfc_6979(curve: str, private: str, public: str, signature: str) -> None:
    key = PrivateKey(curve, bytes.fromhex(private))
    assert key.public_key.raw.hex() == public
    key.public_key.verify(bytes.fromhex(signature), b"sample")


@pytest.mark.parametrize("curve", CURVES)
def test_a_generated_key_signs_and_nobody_else_does(curve: str) -> None:
    ana, mallory = generate(curve, key_id="ana"), generate(curve)
    signature = ana.sign(b"hello")
    assert (ana.key_id, len(ana.secret), len(signature)) == ("ana", SIZES[curve], 2 * SIZES[curve])
    ana.public_key.verify(signature, b"hello")
    for key, wrong, data in (
        (mallory.public_key, signature, b"hello"),
        (ana.public_key, signature, b"hello!"),
        (ana.public_key, signature[:-1], b"hello"),
        (ana.public_key, signature + b"\0", b"hello"),
        (ana.public_key, flip(signature), b"hello"),
        (ana.public_key, b"", b"hello"),
    ):
        with pytest.raises(InvalidSignatureError):
            key.verify(wrong, data)


@pytest.mark.parametrize("curve", CURVES)
def test_zeros_and_the_order_are_no_signature(curve: str) -> None:
    """r = s = 0 passed for a signature of anything in Java once (CVE-2022-21449)."""
    size, order = SIZES[curve], ORDER[curve]
    public = generate(curve).public_key
    for r in (0, 1, order):
        for s in (0, order):
            endian: Literal["little", "big"] = "little" if curve == "Ed25519" else "big"
            with pytest.raises(InvalidSignatureError):
                public.verify(r.to_bytes(size, endian) + s.to_bytes(size, endian), b"hello")


def test_an_ed25519_signature_has_one_form() -> None:
    """RFC 8032 §5.1.7: S + L would verify where the range of S is not checked."""
    _, public, message, signature = (bytes.fromhex(part) for part in ED25519[1])
    s = int.from_bytes(signature[32:], "little") + ORDER["Ed25519"]
    with pytest.raises(InvalidSignatureError):
        PublicKey("Ed25519", public).verify(signature[:32] + s.to_bytes(32, "little"), message)


@pytest.mark.parametrize("point", ["01" + "00" * 31, "00" * 32, "ec" + "ff" * 30 + "7f"])
def test_an_ed25519_key_of_small_order_signs_nothing(point: str) -> None:
    """With such a key, the signature (identity, 0) fits every message."""
    key = PublicKey("Ed25519", bytes.fromhex(point))
    with pytest.raises(InvalidSignatureError):
        key.verify(bytes.fromhex("01" + "00" * 63), b"anything")


@pytest.mark.parametrize(
    ("curve", "raw"),
    [("Ed25519", bytes(31)), ("Ed25519", bytes(33)), ("P-256", bytes(33)), ("P-256", b"\x02" + bytes(31)),
     ("P-256", b"\x02" + b"\xff" * 32), ("P-256", b"\x04" + bytes(32)),
     ("P-256", b"\x02" + bytes(31) + b"\x02"), ("P-384", b"\x02" + b"\xff" * 48),
     ("P-384", bytes(49)), ("P-384", b"")],
)  # fmt: skip
def test_what_is_no_point_is_no_key(curve: str, raw: bytes) -> None:
    with pytest.raises(InvalidKeyError):
        PublicKey(curve, raw)


@pytest.mark.parametrize("curve", CURVES)
def test_what_is_no_scalar_is_no_private_key(curve: str) -> None:
    wrong = [bytes(31)] if curve == "Ed25519" else [bytes(32), ORDER[curve].to_bytes(SIZES[curve], "big")]
    for secret in [*wrong, b"", b"\xff" * 49]:
        with pytest.raises(InvalidKeyError):
            PrivateKey(curve, secret)


@pytest.mark.parametrize("curve", ["secp256k1", "P-521", "", "ed25519"])
def test_an_unknown_curve_names_the_known(curve: str) -> None:
    for make in (
        lambda: PublicKey(curve, bytes(32)),
        lambda: PrivateKey(curve, bytes(32)),
        lambda: generate(curve),
    ):
        with pytest.raises(UnknownPartError, match="Ed25519, P-256, P-384"):
            make()


@pytest.mark.parametrize("curve", CURVES)
def test_a_private_key_does_not_print_itself(curve: str) -> None:
    key = generate(curve)
    assert repr(key.secret) not in repr(key)
    assert key.secret.hex() not in str(key)


def test_the_same_key_under_another_name(ana: PrivateKey) -> None:
    named = ana.named("did:key:zAna#zAna")
    assert (named.key_id, named.public_key) == ("did:key:zAna#zAna", ana.public_key)
