"""What a list says of itself is kept as it was said, up to the last number that is taken."""

from datetime import timedelta, timezone
from typing import Any

import pytest

from common import purse
from common.did import Fetched
from common.encoding import base64url, cbor
from common.errors import FetchError, MalformedInputError, SelloError
from common.keys import PrivateKey, certificate, cose, jws
from common.status import bitstring, token, token_cwt
from common.status.bits import MAX_BYTES, StatusBits, compress, decompress, pack
from common.status.check import MAX_ENTRIES, determine_status, gravest
from common.status.status_list import DecodedStatusList
from tests.common.formats.mdoc import mdoc_fixture
from tests.common.status.test_bitstring import ISSUER, URI, Verified
from tests.common.status.test_check import ENTRIES, TOKEN_ENTRY, Lists, Web
from tests.conftest import NOW

KEY = PrivateKey("P-256", bytes(31) + b"\x01", f"{ISSUER}#p256-1")
LATER = NOW + timedelta(days=1)


def packed(*, bits: int = 1, order: Any = "most") -> StatusBits:
    return pack({7: 1}, length=131_072, bits=bits, order=order)


# --- Bitstring Status List ---


def published(**changes: Any) -> dict[str, Any]:
    elsewhere = timezone(timedelta(hours=-5))
    told = {
        "uri": URI, "issuer": ISSUER, "purpose": "revocation", "statuses": packed(),
        "valid_from": NOW.astimezone(elsewhere), "valid_until": LATER.astimezone(elsewhere), "ttl": 60,
    }  # fmt: skip
    return bitstring.status_list_credential(**{**told, **changes})


def test_the_credential_of_a_list() -> None:
    """§2.2, with times in UTC and the ttl in milliseconds."""
    document = published()
    encoded = document["credentialSubject"].pop("encodedList")
    assert document == {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": URI,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": ISSUER,
        "validFrom": "2026-11-21T12:00:00Z",
        "validUntil": "2026-11-22T12:00:00Z",
        "credentialSubject": {
            "id": f"{URI}#list", "type": "BitstringStatusList", "statusPurpose": "revocation", "ttl": 60_000,
        },
    }  # fmt: skip
    assert bitstring.decode_list(encoded) == packed()


def read(document: dict[str, Any], **subject: Any) -> DecodedStatusList:
    changed = {**document, "credentialSubject": {**document["credentialSubject"], **subject}}
    return bitstring.read(Verified(changed), uri=URI, issuer=ISSUER)


def test_what_is_kept_of_it() -> None:
    found = read(published())
    assert (found.uri, found.issuer, found.purposes) == (URI, ISSUER, frozenset({"revocation"}))
    assert (found.valid_from, found.valid_until) == (NOW, LATER)
    assert found.statuses == packed()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (60_000, 60),
        (0, 0),
        (1, 0),
        (999, 0),
        (1_000, 1),
        (1_999.9, 1),
        (-1, None),
        ("60000", None),
        (None, None),
    ],
)
def test_milliseconds_are_kept_as_whole_seconds(said: Any, kept: int | None) -> None:
    assert read(published(), ttl=said).ttl == kept


@pytest.mark.parametrize(
    "kind", ["BitstringStatusList", ["BitstringStatusList"], ["X", "BitstringStatusList"]]
)
def test_a_list_by_its_type(kind: Any) -> None:
    assert read(published(), type=kind).statuses == packed()


@pytest.mark.parametrize("kind", ["BitstringStatusListEntry", "XBitstringStatusListX", ["X"], [], None, 7])
def test_a_subject_that_is_no_list(kind: Any) -> None:
    with pytest.raises(MalformedInputError):
        read(published(), type=kind)


# --- Token Status List ---


def claims(**changes: Any) -> dict[str, Any]:
    statuses = packed(bits=2, order="least")
    found = jws.parse(
        token.create(uri=URI, statuses=statuses, signer=KEY, now=NOW, expires=LATER, ttl=60)
    ).claims()
    return {name: value for name, value in {**found, **changes}.items() if value is not None}


def kept(**changes: Any) -> DecodedStatusList:
    said = claims(**changes)
    return token.read(said, lambda: token.decode_list(said["status_list"]), uri=URI, issuer=ISSUER, now=NOW)


@pytest.mark.parametrize(
    ("said", "seconds"), [(0, 0), (60, 60), (59.9, 59), (2**37 - 1, 2**37 - 1), (None, None)]
)
def test_seconds_are_kept(said: Any, seconds: int | None) -> None:
    found = kept(ttl=said)
    assert found.ttl == seconds
    assert (found.purposes, found.uri, found.issuer) == (frozenset(), URI, ISSUER)


@pytest.mark.parametrize("said", [-1, 2**37, 2**60, True, "60", [60]])
def test_what_is_no_number_of_seconds(said: Any) -> None:
    with pytest.raises(MalformedInputError):
        kept(ttl=said)


@pytest.mark.parametrize(
    "member",
    [
        None, "x", [], 7, {}, {"bits": 2}, {"bits": 2, "lst": None}, {"bits": 2, "lst": 7},
        {"lst": base64url.encode(compress(bytes(9), wrapper="zlib"))},
    ],
)  # fmt: skip
def test_members_that_hold_no_list(member: Any) -> None:
    with pytest.raises(SelloError):
        token.decode_list(member)


def test_a_chain_goes_with_the_token() -> None:
    told: dict[str, Any] = {
        "uri": URI, "statuses": packed(bits=2, order="least"), "signer": KEY, "now": NOW,
        "expires": LATER, "ttl": 60,
    }  # fmt: skip
    for chain in ([mdoc_fixture.LEAF], [mdoc_fixture.LEAF, mdoc_fixture.LEAF]):
        assert jws.parse(token.create(**told, chain=chain)).header["x5c"] == certificate.x5c(chain)
        message = cose.parse(cbor.decode(token_cwt.create(**told, chain=chain), tags=None))
        # RFC 9360 §2: one certificate stands alone, several in a list
        carried = message.unprotected[cose.X5CHAIN]
        assert carried == chain[0] if len(chain) == 1 else list(carried) == chain
    assert "x5c" not in jws.parse(token.create(**told)).header
    assert cose.X5CHAIN not in cose.parse(cbor.decode(token_cwt.create(**told), tags=None)).unprotected


@pytest.mark.parametrize("chain", [[], ["x"], [b"x", 7], 7])
def test_chains_that_are_none(chain: Any) -> None:
    statuses = packed(bits=2, order="least")
    made = token_cwt.create(uri=URI, statuses=statuses, signer=KEY, now=NOW, expires=LATER, ttl=60)
    protected, unprotected, *rest = cbor.decode(made, tags=None).value
    tagged = cbor.Tag(token_cwt.SIGN1, [protected, {**unprotected, cose.X5CHAIN: chain}, *rest])

    def never(issuer: str, header: Any) -> Any:
        raise AssertionError(header)

    with pytest.raises(MalformedInputError):
        token_cwt.verify(cbor.encode(tagged), uri=URI, issuer=ISSUER, issuer_key=never, now=NOW)


def test_the_tag_of_a_cwt_may_stand_before() -> None:
    """RFC 8392 §6, and nothing else may."""
    statuses = packed(bits=2, order="least")
    made = token_cwt.create(uri=URI, statuses=statuses, signer=KEY, now=NOW, expires=LATER, ttl=60)

    class Found:
        public_key = KEY.public_key

    headers: list[Any] = []

    def key(issuer: str, header: Any) -> Any:
        headers.append(header)
        return Found

    tagged = cbor.Tag(token_cwt.CWT, cbor.decode(made, tags=None))
    for data in (made, cbor.encode(tagged)):
        found = token_cwt.verify(data, uri=URI, issuer=ISSUER, issuer_key=key, now=NOW)
        assert found.statuses == statuses
    assert headers == [{"alg": "ES256", "kid": KEY.key_id}] * 2
    with pytest.raises(SelloError):
        token_cwt.verify(
            cbor.encode(cbor.Tag(token_cwt.CWT, tagged)), uri=URI, issuer=ISSUER, issuer_key=key, now=NOW
        )


def test_a_key_whose_name_is_no_text_is_nobodys() -> None:
    """RFC 9052 §3.1: a `kid` is bytes; what cannot be read is asked for as such, and found nowhere."""
    asked: list[Any] = []

    def nobody(issuer: str, header: Any) -> Any:
        asked.append(header["kid"])
        raise FetchError("No such key.")

    made = cbor.decode(
        token_cwt.create(
            uri=URI, statuses=packed(bits=2, order="least"), signer=KEY, now=NOW, expires=LATER, ttl=60
        ),
        tags=None,
    )
    protected, unprotected, *rest = made.value
    changed = cbor.Tag(token_cwt.SIGN1, [protected, {**unprotected, cose.KID: b"\xff\xfe"}, *rest])
    with pytest.raises(FetchError):
        token_cwt.verify(cbor.encode(changed), uri=URI, issuer=ISSUER, issuer_key=nobody, now=NOW)
    assert asked == ["\ufffd\ufffd"]


# --- bits, and how many ---


def test_as_many_bytes_as_are_taken() -> None:
    whole = compress(bytes(MAX_BYTES), wrapper="zlib")
    assert len(decompress(whole, wrapper="zlib")) == MAX_BYTES
    for more in (1, 2, 200_000):
        with pytest.raises(MalformedInputError, match="expands"):
            decompress(compress(bytes(MAX_BYTES + more), wrapper="zlib"), wrapper="zlib")


def test_what_comes_out_is_paid_for_before() -> None:
    whole = compress(bytes(1_000_000), wrapper="zlib")
    with purse.open_purse(purse.Purse(bytes=500_000)), pytest.raises(SelloError):
        decompress(whole, wrapper="zlib")


# --- several entries, and what is said beside the status ---


def status(web: Web, *references: Any) -> Any:
    return determine_status(
        references, issuer=ISSUER, fetch=web.fetch, issuer_key=None, verify_list=web.verify_list,  # type: ignore[arg-type]
        lists=Lists(), now=NOW,
    )  # fmt: skip


def test_no_more_lists_are_asked_than_a_credential_may_have() -> None:
    class Silent(Web):
        def fetch(self, url: str, *, accept: str = "application/json") -> Fetched:
            self.asked.append((url, accept))
            raise FetchError("This host does not answer.")

    for number in (MAX_ENTRIES, MAX_ENTRIES + 1):
        web = Silent()
        outcome = status(web, *[TOKEN_ENTRY] * number)
        assert outcome.status == "undetermined"
        asked = number if number <= MAX_ENTRIES else 0
        assert len(web.asked) == asked
        assert outcome.reason == (
            "This host does not answer." if asked else f"More than {MAX_ENTRIES} status lists are not asked."
        )


def test_a_list_that_names_no_lifetime_is_kept_for_a_minute() -> None:
    class Untold(Web):
        def verify_list(self, fetched: Fetched) -> bitstring.ListCredential:
            found = super().verify_list(fetched)
            subject = {
                name: part for name, part in found.document["credentialSubject"].items() if name != "ttl"
            }
            return Verified({**found.document, "credentialSubject": subject}, valid_until=None)

    lists, web = Lists(), Untold()
    outcome = determine_status(
        ENTRIES, issuer=ISSUER, fetch=web.fetch, issuer_key=None, verify_list=web.verify_list,  # type: ignore[arg-type]
        lists=lists, now=NOW,
    )  # fmt: skip
    assert outcome.status == "valid"
    assert outcome.reason == "The issuer's status list says: valid."
    assert set(lists.seconds.values()) == {60}


def test_why_nothing_is_known() -> None:
    assert status(Web()).reason == "The issuer keeps no status of this credential."
    assert gravest([]).reason == "There is nothing whose status could be asked."
