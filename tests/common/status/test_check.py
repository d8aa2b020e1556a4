"""Valid, revoked, suspended, undetermined: never a guess."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from common.did import Fetched
from common.encoding import multibase
from common.errors import FetchError, InvalidSignatureError
from common.keys import PrivateKey
from common.status import bitstring, token
from common.status.bits import StatusBits, compress, pack
from common.status.check import StatusOutcome, determine_status, gravest
from common.status.status_list import DecodedStatusList
from common.vcdm.credential import StatusReference
from tests.common.formats.fakes import StaticSources, method
from tests.common.status.test_bitstring import Verified
from tests.conftest import NOW

ISSUER = "did:web:registry.example"
KEY = PrivateKey("P-256", bytes(31) + b"\x01", f"{ISSUER}#p256-1")
SOURCES = StaticSources({KEY.key_id: method(KEY.key_id, KEY.public_key)})
TOKENS, REVOKED, SUSPENDED = (f"https://registry.example/status/{n}" for n in (1, 3, 4))


class Lists:
    """A cache that remembers for how long it was told to keep things."""

    def __init__(self) -> None:
        self.kept: dict[str, DecodedStatusList] = {}
        self.seconds: dict[str, int] = {}

    def get(self, key: str) -> DecodedStatusList | None:
        return self.kept.get(key)

    def put(self, key: str, value: DecodedStatusList, *, seconds: int) -> None:
        self.kept[key], self.seconds[key] = value, seconds


class Web:
    """What the issuer publishes now, and who asked for it."""

    def __init__(self) -> None:
        self.statuses: dict[str, dict[int, int]] = {TOKENS: {}, REVOKED: {}, SUSPENDED: {}}
        self.asked: list[tuple[str, str]] = []
        self.ttl = 60

    def fetch(self, url: str, *, accept: str = "application/json") -> Fetched:
        self.asked.append((url, accept))
        if url != TOKENS:
            return Fetched(url.encode())
        statuses = pack(self.statuses[url], length=131_072, bits=2, order="least")
        text = token.create(
            uri=url, statuses=statuses, signer=KEY, now=NOW, expires=NOW + timedelta(hours=1), ttl=self.ttl
        )
        return Fetched(text.encode(), "application/statuslist+jwt")

    def verify_list(self, fetched: Fetched) -> bitstring.ListCredential:
        url = fetched.body.decode()
        statuses = pack(self.statuses[url], length=131_072, bits=1, order="most")
        document = bitstring.status_list_credential(
            uri=url, issuer=ISSUER, purpose="revocation" if url == REVOKED else "suspension",
            statuses=statuses, valid_from=NOW, valid_until=NOW + timedelta(hours=1), ttl=self.ttl,
        )  # fmt: skip
        return Verified(document, valid_until=NOW + timedelta(hours=1))


TOKEN_ENTRY = StatusReference("TokenStatusList", TOKENS, 412)
ENTRIES = (
    StatusReference("BitstringStatusListEntry", REVOKED, 7, "revocation"),
    StatusReference("BitstringStatusListEntry", SUSPENDED, 9, "suspension"),
)


def check(
    *references: StatusReference,
    web: Web,
    lists: Lists | None = None,
    now: datetime = NOW,
    issuer: str = ISSUER,
    **changes: Any,
) -> StatusOutcome:
    given: dict[str, Any] = {
        "fetch": web.fetch,
        "issuer_key": SOURCES.issuer_key,
        "verify_list": web.verify_list,
    }
    return determine_status(references, issuer=issuer, lists=lists or Lists(), now=now, **(given | changes))


def test_nothing_can_revoke_what_has_no_status() -> None:
    web = Web()
    assert check(web=web).status == "valid"
    assert web.asked == []


@pytest.mark.parametrize(
    ("value", "status"), [(0, "valid"), (1, "revoked"), (2, "suspended"), (3, "undetermined")]
)
def test_token_list(value: int, status: str) -> None:
    web = Web()
    web.statuses[TOKENS] = {412: value, 411: 1, 413: 1}
    assert check(TOKEN_ENTRY, web=web).status == status
    assert web.asked == [(TOKENS, "application/statuslist+jwt, application/statuslist+cwt;q=0.5")]


@pytest.mark.parametrize(
    ("revoked", "suspended", "status"),
    [(0, 0, "valid"), (1, 0, "revoked"), (0, 1, "suspended"), (1, 1, "revoked")],
)
def test_bitstring_lists(revoked: int, suspended: int, status: str) -> None:
    web = Web()
    web.statuses |= {REVOKED: {7: revoked, 8: 1}, SUSPENDED: {9: suspended, 8: 1}}
    assert check(*ENTRIES, web=web).status == status
    assert web.asked[0] == (REVOKED, "application/vc, application/ld+json, application/json")


def refuse(*_: Any, **__: Any) -> Any:
    raise FetchError("This host does not answer.")


def forged(*_: Any, **__: Any) -> Any:
    raise InvalidSignatureError("The signature does not match.")


@pytest.mark.parametrize("entry", [TOKEN_ENTRY, ENTRIES[0], ENTRIES[1]])
def test_a_list_that_cannot_be_fetched_says_nothing(entry: StatusReference) -> None:
    """EUDI called it revoked, acapy called it verified."""
    outcome = check(entry, web=Web(), fetch=refuse)
    assert outcome == StatusOutcome("undetermined", "This host does not answer.")


@pytest.mark.parametrize(
    ("entry", "changes"),
    [
        (ENTRIES[0], {"verify_list": forged}),
        (TOKEN_ENTRY, {"issuer_key": forged}),
        (TOKEN_ENTRY, {"fetch": lambda *_, **__: Fetched(b"<html>")}),
        (TOKEN_ENTRY, {"fetch": lambda *_, **__: Fetched(b"\xff\xfe")}),
        (TOKEN_ENTRY, {"fetch": lambda *_, **__: Fetched(b"")}),
        (TOKEN_ENTRY, {"issuer": "did:web:mallory.example"}),
        (ENTRIES[0], {"issuer": "did:web:mallory.example"}),
        (TOKEN_ENTRY, {"now": NOW + timedelta(hours=1)}),
        (TOKEN_ENTRY, {"now": NOW - timedelta(seconds=61)}),
        (StatusReference("TokenStatusList", TOKENS, 131_072), {}),
        (StatusReference("BitstringStatusListEntry", REVOKED, 131_072, "revocation"), {}),
        (StatusReference("BitstringStatusListEntry", REVOKED, 7, "suspension"), {}),
    ],
)
def test_undetermined(entry: StatusReference, changes: dict[str, Any]) -> None:
    outcome = check(entry, web=Web(), **changes)
    assert outcome.status == "undetermined"
    assert outcome.reason


def _short(size: int) -> Callable[..., bitstring.ListCredential]:
    def verify_list(fetched: Fetched) -> bitstring.ListCredential:
        document = bitstring.status_list_credential(
            uri=REVOKED, issuer=ISSUER, purpose="revocation",
            statuses=pack({}, length=131_072, bits=1, order="most"),
            valid_from=NOW, valid_until=NOW, ttl=1,
        )  # fmt: skip
        packed = multibase.encode_base64url(compress(bytes(size), wrapper="gzip"))
        document["credentialSubject"]["encodedList"] = packed
        return Verified(document)

    return verify_list


def test_sixteen_bits_betray_their_holder() -> None:
    outcome = check(ENTRIES[0], web=Web(), verify_list=_short(2))
    assert outcome.status == "undetermined"
    assert "fewer than 131072" in outcome.reason


def test_a_bomb_says_nothing() -> None:
    outcome = check(ENTRIES[0], web=Web(), verify_list=_short(64_000_000))
    assert outcome.status == "undetermined"
    assert "expands to more" in outcome.reason


def test_a_token_list_may_be_short() -> None:
    """Unlike a bitstring list's, its length is the issuer's own matter."""
    statuses = StatusBits(bytes(1024), 2, "least")
    found = DecodedStatusList(TOKENS, ISSUER, statuses, frozenset(), NOW, None, 60)
    lists = Lists()
    lists.kept[f"TokenStatusList {ISSUER} {TOKENS}"] = found
    assert check(TOKEN_ENTRY, web=Web(), lists=lists).status == "valid"


def test_a_known_suspension_stands_though_the_other_list_is_silent() -> None:
    web = Web()
    web.statuses[SUSPENDED] = {9: 1}

    def fetch(url: str, *, accept: str) -> Fetched:
        return refuse() if url == REVOKED else web.fetch(url, accept=accept)

    assert check(*ENTRIES, web=web, fetch=fetch).status == "suspended"
    web.statuses[SUSPENDED] = {}
    assert check(*ENTRIES, web=web, fetch=fetch).status == "undetermined"


def test_lists_are_kept_for_their_time() -> None:
    web, lists = Web(), Lists()
    for _ in range(3):
        assert check(*ENTRIES, TOKEN_ENTRY, web=web, lists=lists).status == "valid"
    assert [url for url, _ in web.asked] == [REVOKED, SUSPENDED, TOKENS]
    assert set(lists.seconds.values()) == {60}


@pytest.mark.parametrize(("ttl", "kept"), [(0, 0), (60, 60), (86_400, 3600)])
def test_lifetime_is_bounded(ttl: int, kept: int) -> None:
    web, lists = Web(), Lists()
    web.ttl = ttl
    check(TOKEN_ENTRY, web=web, lists=lists)
    assert list(lists.seconds.values()) == [kept]


def test_no_list_is_kept_beyond_its_end() -> None:
    web, lists = Web(), Lists()
    check(TOKEN_ENTRY, web=web, lists=lists, now=NOW + timedelta(minutes=59, seconds=30))
    assert list(lists.seconds.values()) == [30]


def test_a_kept_list_that_has_expired_is_asked_for_again() -> None:
    web, lists = Web(), Lists()
    check(TOKEN_ENTRY, web=web, lists=lists)
    assert check(TOKEN_ENTRY, web=web, lists=lists, now=NOW + timedelta(hours=2)).status == "undetermined"
    assert len(web.asked) == 2


def test_what_failed_is_not_kept() -> None:
    lists = Lists()
    check(TOKEN_ENTRY, web=Web(), lists=lists, fetch=refuse)
    assert check(TOKEN_ENTRY, web=Web(), lists=lists).status == "valid"


def test_one_issuers_list_is_not_taken_for_anothers() -> None:
    web, lists = Web(), Lists()
    check(TOKEN_ENTRY, web=web, lists=lists)
    other = check(TOKEN_ENTRY, web=web, lists=lists, issuer="did:web:mallory.example")
    assert other.status == "undetermined"


def test_nothing_to_ask_is_no_validity() -> None:
    assert gravest([]).status == "undetermined"
