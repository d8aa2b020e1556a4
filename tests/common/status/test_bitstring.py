"""Bitstring Status List 1.0: the list, its credential, and the algorithm that reads an entry."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from common.encoding import base64url
from common.errors import SelloError
from common.status import bitstring
from common.status.bits import StatusBits, pack
from common.status.errors import IndexOutOfRangeError, ListTooShortError, StatusError
from common.vcdm.credential import StatusReference
from tests.conftest import NOW

ISSUER, URI = "did:web:registry.example", "https://registry.example/status/3"
REVOKED = pack({94_567: 1}, length=131_072, bits=1, order="most")
DOCUMENT = bitstring.status_list_credential(
    uri=URI, issuer=ISSUER, purpose="revocation", statuses=REVOKED,
    valid_from=NOW, valid_until=NOW + timedelta(days=1), ttl=60,
)  # fmt: skip


@dataclass(frozen=True)
class Verified:
    document: Mapping[str, Any]
    issuer: str = ISSUER
    types: tuple[str, ...] = ("VerifiableCredential", "BitstringStatusListCredential")
    valid_from: datetime | None = NOW
    valid_until: datetime | None = field(default=NOW + timedelta(days=1))


def entry(index: int, purpose: Any = "revocation") -> StatusReference:
    return StatusReference("BitstringStatusListEntry", URI, index, purpose)


@pytest.mark.parametrize("size", [1, 2, 3, 8])
def test_entries_of_several_bits(size: int) -> None:
    value, index = 2**size - 1, 70_001
    bits = {index * size + place: 1 for place in range(size)}
    packed = pack(bits, length=131_072 * size, bits=1, order="most")
    document = bitstring.status_list_credential(
        uri=URI, issuer=ISSUER, purpose="revocation", statuses=packed,
        valid_from=NOW, valid_until=NOW + timedelta(days=1), ttl=60,
    )  # fmt: skip
    found = bitstring.read(Verified(document), uri=URI, issuer=ISSUER)
    for place, wanted in ((index, value), (index - 1, 0), (index + 1, 0)):
        assert bitstring.validate(replace(entry(place), size=size), found) == wanted
    with pytest.raises(ListTooShortError):
        bitstring.validate(replace(entry(index), size=2 * size), found)


def test_a_list_whose_subject_stands_in_a_list() -> None:
    subject = DOCUMENT["credentialSubject"]
    one = Verified(
        {**DOCUMENT, "credentialSubject": [{**subject, "statusPurpose": ["refresh", "revocation"]}]}
    )
    assert bitstring.validate(entry(94_567), bitstring.read(one, uri=URI, issuer=ISSUER)) == 1
    several = Verified({**DOCUMENT, "credentialSubject": [subject, subject]})
    with pytest.raises(SelloError):
        bitstring.read(several, uri=URI, issuer=ISSUER)


def test_the_unsigned_credential() -> None:
    assert {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "https://registry.example/status/3",
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": "did:web:registry.example",
        "validFrom": "2026-11-21T12:00:00Z",
        "validUntil": "2026-11-22T12:00:00Z",
        "credentialSubject": {
            "id": "https://registry.example/status/3#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": DOCUMENT["credentialSubject"]["encodedList"],
            "ttl": 60_000,
        },
    } == DOCUMENT


def test_the_list_is_gzip_in_multibase_with_its_first_bit_on_the_left() -> None:
    encoded = DOCUMENT["credentialSubject"]["encodedList"]
    assert encoded.startswith("u")
    raw = gzip.decompress(base64url.decode(encoded[1:]))
    assert len(raw) == 16_384
    assert f"{int.from_bytes(raw, 'big'):0131072b}".index("1") == 94_567


def test_the_published_example() -> None:
    """The `encodedList` of Bitstring Status List 1.0, example 3: 131,072 entries, none set."""
    encoded = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
    decoded = bitstring.decode_list(encoded)
    assert len(decoded) == 131_072
    assert not any(decoded.data)


def test_an_entry_is_read() -> None:
    read = bitstring.read(Verified(DOCUMENT), uri=URI, issuer=ISSUER)
    assert bitstring.validate(entry(94_567), read) == 1
    assert bitstring.validate(entry(94_566), read) == 0
    assert (read.ttl, read.purposes) == (60, frozenset({"revocation"}))


def test_expanded_types_and_several_purposes() -> None:
    subject = {**DOCUMENT["credentialSubject"], "statusPurpose": ["revocation", "suspension"]}
    types = ("https://www.w3.org/ns/credentials/status#BitstringStatusListCredential",)
    verified = Verified({**DOCUMENT, "credentialSubject": subject}, types=types)
    read = bitstring.read(verified, uri=URI, issuer=ISSUER)
    assert bitstring.validate(entry(94_567, "suspension"), read) == 1


def test_another_purpose() -> None:
    read = bitstring.read(Verified(DOCUMENT), uri=URI, issuer=ISSUER)
    with pytest.raises(StatusError) as caught:
        bitstring.validate(entry(0, "suspension"), read)
    assert caught.value.code == "STATUS_VERIFICATION_ERROR"


def test_an_index_beyond_the_end() -> None:
    read = bitstring.read(Verified(DOCUMENT), uri=URI, issuer=ISSUER)
    with pytest.raises(IndexOutOfRangeError) as caught:
        bitstring.validate(entry(131_072), read)
    assert caught.value.code == "RANGE_ERROR"


def test_sixteen_bits() -> None:
    short = StatusBits(b"\0\0", 1, "most")
    with pytest.raises(ListTooShortError) as caught:
        bitstring.encode_list(short)
    assert caught.value.code == "STATUS_LIST_LENGTH_ERROR"
    encoded = "u" + base64url.encode(gzip.compress(short.data, mtime=0))
    subject = {**DOCUMENT["credentialSubject"], "encodedList": encoded}
    read = bitstring.read(Verified({**DOCUMENT, "credentialSubject": subject}), uri=URI, issuer=ISSUER)
    with pytest.raises(ListTooShortError):
        bitstring.validate(entry(0), read)


def test_a_list_of_another_issuer_place_or_type() -> None:
    for verified in (
        Verified(DOCUMENT, issuer="did:web:mallory.example"),
        Verified({**DOCUMENT, "id": "https://registry.example/status/4"}),
        Verified(DOCUMENT, types=("VerifiableCredential",)),
    ):
        with pytest.raises(StatusError):
            bitstring.read(verified, uri=URI, issuer=ISSUER)


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "Person"},
        {"statusPurpose": None},
        {"statusPurpose": []},
        {"statusPurpose": [1]},
        {"encodedList": None},
        {"encodedList": "zABC"},
        {"encodedList": "u"},
        {"encodedList": DOCUMENT["credentialSubject"]["encodedList"][1:]},
        {"encodedList": DOCUMENT["credentialSubject"]["encodedList"][:-4]},
    ],
)
def test_malformed(changes: dict[str, Any]) -> None:
    document = {**DOCUMENT, "credentialSubject": {**DOCUMENT["credentialSubject"], **changes}}
    with pytest.raises(SelloError):
        bitstring.read(Verified(document), uri=URI, issuer=ISSUER)


def test_a_document_without_subject() -> None:
    with pytest.raises(SelloError):
        bitstring.read(Verified({**DOCUMENT, "credentialSubject": []}), uri=URI, issuer=ISSUER)


def test_a_token_lists_bits_are_not_encoded() -> None:
    with pytest.raises(SelloError):
        bitstring.encode_list(pack({}, length=131_072, bits=1, order="least"))


@pytest.mark.parametrize(
    "type_", ["BitstringStatusList", ["BitstringStatusList"], ["BitstringStatusList", "DatedList"]]
)
def test_the_type_of_a_list_beside_others(type_: Any) -> None:
    document = {**DOCUMENT, "id": None, "credentialSubject": {**DOCUMENT["credentialSubject"], "type": type_}}
    read = bitstring.read(Verified(document), uri=URI, issuer=ISSUER)
    assert bitstring.validate(entry(94_567), read) == 1
