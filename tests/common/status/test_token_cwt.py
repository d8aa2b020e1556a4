"""Token Status List, draft 20, as CWT, with the test vectors of its appendix."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.did import Fetched
from common.encoding import cbor
from common.errors import SelloError
from common.keys import PrivateKey, PublicKey, cose
from common.status import token_cwt
from common.status.bits import StatusBits, pack
from common.status.check import determine_status
from common.status.errors import ListTooShortError
from common.vcdm.credential import StatusReference
from tests.common.formats.fakes import StaticSources, method
from tests.common.status.test_check import Lists
from tests.conftest import NOW, shared
from tests.tampering import flip

ISSUER, URI = "https://registry.example", "https://registry.example/status/1"
KEY = PrivateKey("P-256", bytes(31) + b"\x01", f"{ISSUER}#1")
FOUND = method(KEY.key_id, KEY.public_key)
SOURCES = StaticSources(issuers={ISSUER: {KEY.key_id: FOUND, None: FOUND}})
STATUSES = pack({412: 1, 413: 2}, length=131_072, bits=2, order="least")


def vector(name: str) -> bytes:
    """The bytes of a vector in hexadecimal, perhaps after words about it."""
    text = shared(f"vectors/token-status-list/{name}.md").read_text().rpartition("encoded:")[2]
    return bytes.fromhex("".join(text.split()))


def made(
    *, header: dict[int, Any] | None = None, by: PrivateKey = KEY, tag: int | None = 18, **changes: Any
) -> bytes:
    """A list by its issuer, with claims changed, or left out (None); `c2` is the claim 2."""
    data = token_cwt.create(
        uri=URI, statuses=STATUSES, signer=KEY, now=NOW, expires=NOW + timedelta(days=1), ttl=60
    )
    whole = cbor.decode(data, tags=frozenset({18}))
    assert whole.tag == 18
    message = cose.parse(whole)
    changed = {**cbor.decode(message.payload or b""), **{int(name[1:]): v for name, v in changes.items()}}
    claims = {number: value for number, value in changed.items() if value is not None}
    protected = {token_cwt.TYP: token_cwt.MEDIA_TYPE} if header is None else header
    signed = cose.sign1(cbor.encode(claims), signer=by, protected=protected, unprotected=message.unprotected)
    return cbor.encode(signed if tag is None else cbor.Tag(tag, signed))


def verify(data: bytes, *, at: datetime = NOW) -> Any:
    return token_cwt.verify(data, uri=URI, issuer=ISSUER, issuer_key=SOURCES.issuer_key, now=at)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("status_list_encoding_cbor", {0: 1, 1: 0, 3: 1, 15: 1}),
        ("status_list_encoding2_cbor", {0: 1, 1: 2, 3: 3, 11: 3}),
        ("status_list_encoding1_long_cbor", dict.fromkeys((0, 1993, 25460, 159495, 1000345), 1)),
        ("status_list_encoding2_long_cbor", {0: 1, 1993: 2, 159495: 3, 645645: 2, 1000345: 3}),
        ("status_list_encoding4_cbor", {0: 1, 1993: 2, 35460: 3, 459495: 4, 1030205: 15}),
        ("status_list_encoding8_cbor", {233478: 0, 52451: 1, 576778: 2, 513575: 3, 468106: 4}),
    ],
)
def test_published_lists(name: str, expected: dict[int, int]) -> None:
    statuses = token_cwt.decode_list(cbor.decode(vector(name)))
    assert {index: statuses[index] for index in expected} == expected


def test_the_published_token() -> None:
    """Its key is not published with it, so that all but the signature is read as the draft has it."""
    message = cose.parse(cbor.decode(vector("status_list_cwt"), tags=frozenset({18})))
    assert message.headers == {cose.ALG: -7, token_cwt.TYP: token_cwt.MEDIA_TYPE}
    assert message.unprotected == {cose.KID: b"12"}
    claims = cbor.decode(message.payload or b"")
    assert set(claims) == {2, 6, 4, 65534, 65533}
    asked = []

    def issuer_key(issuer: str, header: Any) -> Any:
        asked.append((issuer, dict(header)))
        return FOUND

    with pytest.raises(SelloError):  # our key did not sign it
        token_cwt.verify(
            vector("status_list_cwt"), uri=claims[2], issuer="https://example.com",
            issuer_key=issuer_key, now=datetime.fromtimestamp(claims[6], UTC),
        )  # fmt: skip
    assert asked == [("https://example.com", {"alg": "ES256", "kid": "12"})]


def test_created_as_the_specification_says() -> None:
    data = made()
    assert data[:2] == b"\xd2\x84"  # COSE_Sign1_Tagged, and no tag of CWT
    message = cose.parse(cbor.decode(data, tags=frozenset({18})))
    assert message.headers == {1: -7, 16: "application/statuslist+cwt"}
    assert message.unprotected == {4: KEY.key_id.encode()}
    claims = cbor.decode(message.payload or b"")
    assert claims.pop(65533)["bits"] == 2
    assert claims == {2: URI, 6: 1795262400, 4: 1795348800, 65534: 60}


def test_verified_and_read() -> None:
    found = verify(made())
    assert [found.statuses[index] for index in (411, 412, 413, 414)] == [0, 1, 2, 0]
    assert (found.issuer, found.uri, found.ttl) == (ISSUER, URI, 60)
    assert verify(made(c1=ISSUER)).issuer == ISSUER


@pytest.mark.parametrize(
    "changes",
    [
        {"c2": f"{URI}2"},
        {"c2": None},
        {"c1": "https://mallory.example"},
        {"c6": None},
        {"c6": "now"},
        {"c6": int(NOW.timestamp()) + 61},
        {"c4": int(NOW.timestamp())},
        {"c4": "never"},
        {"c65534": -1},
        {"c65533": None},
        {"c65533": b"lst"},
        {"c65533": {"bits": 3, "lst": token_cwt.encode_list(STATUSES)["lst"]}},
        {"c65533": {"bits": True, "lst": token_cwt.encode_list(STATUSES)["lst"]}},
        {"c65533": {"lst": token_cwt.encode_list(STATUSES)["lst"]}},
        {"c65533": {"bits": 1}},
        {"c65533": {"bits": 1, "lst": "eNrbuRgAAhcBXQ"}},
        {"c65533": {"bits": 1, "lst": b"\0\0\0"}},
    ],
)
def test_refused_though_signed(changes: dict[str, Any]) -> None:
    with pytest.raises(SelloError):
        verify(made(**changes))


@pytest.mark.parametrize(
    "data",
    [
        made(tag=None),
        made(tag=17),
        made(tag=61),
        made(header={}),
        made(header={token_cwt.TYP: "application/cwt"}),
        made(header={token_cwt.TYP: token_cwt.MEDIA_TYPE, cose.CRIT: [16]}),
        made() + b"\0",
        made()[:-1],
        flip(made()),
        b"",
        b"eyJhbGciOiJFUzI1NiJ9.e30.AAAA",
    ],
)
def test_tokens_that_are_none(data: bytes) -> None:
    with pytest.raises(SelloError):
        verify(data)


def test_the_lists_own_signature_is_checked(mallory: PrivateKey) -> None:
    with pytest.raises(SelloError):
        verify(made(by=mallory))
    for at in (NOW - timedelta(seconds=61), NOW + timedelta(days=1)):
        with pytest.raises(SelloError):
            verify(made(), at=at)


def test_a_chain_is_handed_on_as_a_jose_header_has_it() -> None:
    seen: list[Any] = []

    def issuer_key(issuer: str, header: Any) -> Any:
        seen.append(header.get("x5c"))
        return FOUND

    for chain, expected in (((), None), ((b"a",), ["YQ=="]), ((b"a", b"b"), ["YQ==", "Yg=="])):
        data = token_cwt.create(
            uri=URI, statuses=STATUSES, signer=KEY, now=NOW, expires=NOW + timedelta(days=1), ttl=60,
            chain=chain,
        )  # fmt: skip
        token_cwt.verify(data, uri=URI, issuer=ISSUER, issuer_key=issuer_key, now=NOW)
        assert seen.pop() == expected


def test_keys_of_other_curves() -> None:
    for curve, algorithm in (("Ed25519", "EdDSA"), ("P-384", "ES384")):
        size = 48 if curve == "P-384" else 32
        signer = PrivateKey(curve, bytes(size - 1) + b"\x05", "k")
        data = token_cwt.create(
            uri=URI, statuses=STATUSES, signer=signer, now=NOW, expires=NOW + timedelta(days=1), ttl=60
        )

        def issuer_key(
            issuer: str, header: Any, expected: str = algorithm, key: PublicKey = signer.public_key
        ) -> Any:
            assert header == {"alg": expected, "kid": "k"}
            return method("k", key)

        assert (
            token_cwt.verify(data, uri=URI, issuer=ISSUER, issuer_key=issuer_key, now=NOW).statuses[412] == 1
        )


def test_short_lists_are_not_made() -> None:
    with pytest.raises(ListTooShortError):
        token_cwt.create(
            uri=URI, statuses=StatusBits(b"\0\0", 1, "least"), signer=KEY, now=NOW, expires=NOW, ttl=60
        )


def test_a_credential_whose_list_comes_as_cwt() -> None:
    def fetch(url: str, *, accept: str = "") -> Fetched:
        assert accept == "application/statuslist+jwt, application/statuslist+cwt;q=0.5"
        return Fetched(made(), "application/statuslist+cwt")

    for index, expected in ((411, "valid"), (412, "revoked"), (413, "suspended"), (10**6, "undetermined")):
        outcome = determine_status(
            [StatusReference("TokenStatusList", URI, index)], issuer=ISSUER, fetch=fetch,
            issuer_key=SOURCES.issuer_key, verify_list=lambda fetched: None,  # type: ignore[arg-type, return-value]
            lists=Lists(), now=NOW,
        )  # fmt: skip
        assert outcome.status == expected
