"""Token Status List, draft 20, with the test vectors of its appendix."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from common.did import VerificationMethod
from common.errors import SelloError
from common.keys import PrivateKey, jws
from common.status import token
from common.status.bits import StatusBits, pack
from common.status.errors import ListTooShortError
from tests.common.formats.fakes import StaticSources, method
from tests.common.raw_tokens import raw_token
from tests.conftest import NOW, shared
from tests.tampering import flip

ISSUER, URI = "did:web:registry.example", "https://registry.example/status/1"
KEY = PrivateKey("P-256", bytes(31) + b"\x01", f"{ISSUER}#p256-1")
SOURCES = StaticSources({KEY.key_id: method(KEY.key_id, KEY.public_key)})
STATUSES = pack({412: 1, 413: 2}, length=131_072, bits=2, order="least")


def vector(name: str) -> dict[str, Any]:
    """The JSON of a vector whose long lines were folded for print."""
    text = shared(f"vectors/token-status-list/{name}.md").read_text().partition("{")[2]
    found: dict[str, Any] = json.loads("{" + re.sub(r"\n\s*(?=[\w-]+)(?!\")", "", text))
    return found


def made(**changes: Any) -> str:
    """A list by its issuer, with claims changed, or left out (None)."""
    text = token.create(
        uri=URI, statuses=STATUSES, signer=KEY, now=NOW, expires=NOW + timedelta(days=1), ttl=60
    )
    parsed = jws.parse(text)
    claims = {name: value for name, value in {**parsed.claims(), **changes}.items() if value is not None}
    return jws.sign(parsed.header, claims, signer=KEY) if changes else text


def verify(text: str, *, uri: str = URI, issuer: str = ISSUER, at: Any = NOW) -> Any:
    return token.verify(text, uri=uri, issuer=issuer, issuer_key=SOURCES.issuer_key, now=at)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("status_list_encoding_json", {0: 1, 1: 0, 3: 1, 15: 1}),
        ("status_list_encoding2_json", {0: 1, 1: 2, 3: 3, 11: 3}),
        (
            "status_list_encoding1_long_json",
            dict.fromkeys(
                (0, 1993, 25460, 159495, 495669, 554353, 645645, 723232, 854545, 934534, 1000345), 1
            ),
        ),
        (
            "status_list_encoding2_long_json",
            {
                0: 1, 1993: 2, 25460: 1, 159495: 3, 495669: 1, 554353: 1, 645645: 2, 723232: 1,
                854545: 1, 934534: 2, 1000345: 3,
            },
        ),
        (
            "status_list_encoding4_json",
            {
                0: 1, 1993: 2, 35460: 3, 459495: 4, 595669: 5, 754353: 6, 845645: 7, 923232: 8,
                924445: 9, 934534: 10, 1004534: 11, 1000345: 12, 1030203: 13, 1030204: 14, 1030205: 15,
            },
        ),
        ("status_list_encoding8_json", {233478: 0, 52451: 1, 576778: 2, 513575: 3, 468106: 4}),
    ],
)  # fmt: skip
def test_published_vectors(name: str, expected: dict[int, int]) -> None:
    statuses = token.decode_list(vector(name))
    assert {index: statuses[index] for index in expected} == expected
    if "long" in name or "encoding4" in name:
        assert len(statuses) == 1 << 20
        again = pack(expected, length=1 << 20, bits=statuses.bits, order="least")
        assert again.data == statuses.data


def test_created_as_the_specification_says() -> None:
    parsed = jws.parse(made())
    claims = parsed.claims()
    assert parsed.header == {"alg": "ES256", "typ": "statuslist+jwt", "kid": KEY.key_id}
    assert claims.pop("status_list")["bits"] == 2
    assert claims == {"sub": URI, "iat": 1795262400, "exp": 1795348800, "ttl": 60}


def test_verified_and_read() -> None:
    found = verify(made())
    assert [found.statuses[index] for index in (411, 412, 413, 414)] == [0, 1, 2, 0]
    assert (found.issuer, found.uri, found.ttl) == (ISSUER, URI, 60)


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": "https://registry.example/status/2"},
        {"sub": None},
        {"iss": "did:web:mallory.example"},
        {"iat": None},
        {"iat": "now"},
        {"iat": 10**15},
        {"iat": int(NOW.timestamp()) + 61},
        {"exp": int(NOW.timestamp())},
        {"exp": "never"},
        {"ttl": -1},
        {"ttl": True},
        {"status_list": None},
        {"status_list": "lst"},
        {"status_list": {"bits": 3, "lst": "eNrbuRgAAhcBXQ"}},
        {"status_list": {"bits": True, "lst": "eNrbuRgAAhcBXQ"}},
        {"status_list": {"lst": "eNrbuRgAAhcBXQ"}},
        {"status_list": {"bits": 1}},
        {"status_list": {"bits": 1, "lst": 7}},
        {"status_list": {"bits": 1, "lst": "AAAA"}},
    ],
)
def test_refused_though_signed(changes: dict[str, Any]) -> None:
    with pytest.raises(SelloError):
        verify(made(**changes))


def test_own_issuer_may_be_named() -> None:
    assert verify(made(iss=ISSUER)).issuer == ISSUER


@pytest.mark.parametrize("header", [{"typ": "JWT"}, {"alg": "none"}, {"alg": "HS256"}, {"crit": ["x"]}])
def test_headers_refused(header: dict[str, Any]) -> None:
    parsed = jws.parse(made())
    with pytest.raises(SelloError):
        verify(jws.sign({**parsed.header, **header}, parsed.payload, signer=KEY))


def test_the_lists_own_signature_is_checked(mallory: PrivateKey) -> None:
    parsed = jws.parse(made())
    with pytest.raises(SelloError):
        verify(jws.sign(parsed.header, parsed.payload, signer=mallory))
    with pytest.raises(SelloError):
        verify(flip(made()))


def test_a_list_that_somebody_else_signed_for_himself(mallory: PrivateKey) -> None:
    published = method("did:web:mallory.example#k", mallory.public_key)
    both = StaticSources({KEY.key_id: SOURCES.methods[KEY.key_id], published.id: published})
    theirs = jws.sign(
        {"typ": "statuslist+jwt", "kid": published.id}, jws.parse(made()).payload, signer=mallory
    )

    def key_of(issuer: str, header: Any) -> VerificationMethod:
        return both.issuer_key(issuer, header)

    with pytest.raises(SelloError):
        token.verify(theirs, uri=URI, issuer=ISSUER, issuer_key=key_of, now=NOW)


def test_short_lists_are_not_made() -> None:
    with pytest.raises(ListTooShortError):
        token.create(
            uri=URI, statuses=StatusBits(b"\0\0", 1, "least"), signer=KEY, now=NOW, expires=NOW, ttl=60
        )


def test_a_bitstrings_bits_are_not_encoded() -> None:
    with pytest.raises(SelloError):
        token.encode_list(pack({}, length=131_072, bits=1, order="most"))


def test_an_issuers_clock_may_run_a_minute_ahead() -> None:
    assert verify(made(), at=NOW - timedelta(seconds=59))
    with pytest.raises(SelloError):
        verify(made(), at=NOW - timedelta(seconds=61))


def test_numbers_and_nulls_as_others_write_them() -> None:
    parsed = jws.parse(made())
    listed = {**parsed.claims()["status_list"], "bits": 2.0, "aggregation_uri": None}
    text = raw_token(parsed.header, {**parsed.claims(), "iss": None, "status_list": listed}, KEY)
    assert verify(text).statuses[412] == 1
    for bits in (1.5, "2", True, None):
        with pytest.raises(SelloError):
            verify(
                raw_token(parsed.header, {**parsed.claims(), "status_list": {**listed, "bits": bits}}, KEY)
            )
