"""Multikeys: pairs from did:key §3 and the test keys of the W3C suites."""

import pytest

from common.encoding import base58, multibase
from common.errors import SelloError
from common.keys import PrivateKey, PublicKey, multikey

VECTORS = [
    ("z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2", "Ed25519",
     "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"),
    ("zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP", "P-256",
     "z42twTcNeSYcnqg1FLuSFs2bsGH3ZqbRHFmvS9XMsYhjxvHN"),
    ("z82LkuBieyGShVBhvtE2zoiD6Kma4tJGFtkAhxR5pfkp5QPw4LutoYWhvQCnGjdVn14kujQ", "P-384",
     "z2fanyY7zgwNpZGxX5fXXibvScNaUWNprHU9dKx7qpVj7mws9J8LLt4mDB5TyH2GLHWkUc"),
]  # fmt: skip


@pytest.mark.parametrize(("public", "curve", "secret"), VECTORS)
def test_published_pairs(public: str, curve: str, secret: str) -> None:
    key = multikey.decode(public)
    assert (key.curve, multikey.encode(key)) == (curve, public)
    private = multibase.decode(secret)[2:]  # behind the two bytes of its own multicodec
    assert PrivateKey(curve, private).public_key == key


def test_a_key_of_did_key() -> None:
    """did:key §2: the identifier of the all-zero seed's public key."""
    raw = "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"
    expected = "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
    assert multikey.encode(PublicKey("Ed25519", bytes.fromhex(raw))) == expected


@pytest.mark.parametrize(
    "text",
    [
        "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",  # secp256k1
        VECTORS[0][2],  # a private key
        VECTORS[0][0][1:],
        VECTORS[0][0][:-1],
        VECTORS[0][0] + "1",
        "u" + VECTORS[0][0][1:],
        multibase.encode_base64url(b"\xed\x01" + bytes(32)),
        "z" + base58.encode(b"\xed\x01" + bytes(31)),
        "z" + base58.encode(b"\xed" + bytes(32)),
        "z" + base58.encode(b"\x80\x24\x02" + b"\xff" * 32),
        "z" + base58.encode(b"\x80\x24\x04" + bytes(64)),
        "z",
        "",
        "z" * 5000,
    ],
    ids=lambda text: text[:12],
)
def test_what_is_no_multikey_is_refused(text: str) -> None:
    with pytest.raises(SelloError):
        multikey.decode(text)
