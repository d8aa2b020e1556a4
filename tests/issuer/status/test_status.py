"""Status: what may follow what, that it is audited, and that everybody who asks sees it."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from pytest_django import Settings

from common.adapters.documents.sources import check_credential_status, sources
from common.formats import FORMATS
from common.formats.base import Secured
from issuer.issuance.credential_request import issue_directly
from issuer.models import Configuration, IssuedCredential, StatusChange, StatusList
from issuer.status.change import (
    CredentialNotFoundError,
    StatusChangeError,
    StatusDecision,
    StatusUpdate,
    change_statuses,
    find_credential,
    set_status,
)
from issuer.status.indexes import ROUNDS, allocate_indexes, permute
from tests.issuer.protocol import make_farmers

pytestmark = pytest.mark.django_db
FORMAT_IDS = ["ldp_vc", "dc+sd-jwt"]


@pytest.fixture
def farmer(settings: Settings) -> Configuration:
    settings.STATUS_LIST_TTL = 0
    return make_farmers()


def change(row: IssuedCredential, state: str) -> StatusDecision:
    return set_status(row, state, reason="because", actor="officer", now=datetime.now(UTC))


@pytest.mark.parametrize("format_", FORMAT_IDS)
def test_everybody_sees_each_change(farmer: Configuration, format_: str, settings: Settings) -> None:
    row, secured = issue_directly(farmer, "F-0001", format_, holder=None, now=datetime.now(UTC))
    other, another = issue_directly(farmer, "F-0002", format_, holder=None, now=datetime.now(UTC))

    def seen(credential: Secured) -> str:
        now = datetime.now(UTC)
        verified = FORMATS[format_].verify_credential(credential, sources=sources(), now=now)
        return check_credential_status(verified, now=now).status

    assert seen(secured) == "valid"
    for state in ("suspended", "valid", "suspended", "revoked"):
        change(row, state)
        assert (seen(secured), seen(another)) == (state, "valid")
    assert other.status_list_id == row.status_list_id
    assert [(entry.before, entry.after) for entry in StatusChange.objects.all()] == [
        ("valid", "suspended"), ("suspended", "valid"), ("valid", "suspended"), ("suspended", "revoked"),
    ]  # fmt: skip
    assert {(entry.actor, entry.reason) for entry in StatusChange.objects.all()} == {("officer", "because")}


def test_revoked_is_final(farmer: Configuration) -> None:
    row, _ = issue_directly(farmer, "F-0001", "ldp_vc", holder=None, now=datetime.now(UTC))
    change(row, "revoked")
    for state in ("valid", "suspended", "revoked"):
        with pytest.raises(StatusChangeError, match="final"):
            change(row, state)


def test_a_change_that_is_none(farmer: Configuration) -> None:
    row, _ = issue_directly(farmer, "F-0001", "ldp_vc", holder=None, now=datetime.now(UTC))
    with pytest.raises(StatusChangeError, match="already"):
        change(row, "valid")
    with pytest.raises(StatusChangeError):
        change(row, "lost")
    with pytest.raises(StatusChangeError, match="reason"):
        set_status(row, "revoked", reason=" ", actor="officer", now=datetime.now(UTC))
    assert not StatusChange.objects.exists()


def test_credentials_by_name(farmer: Configuration) -> None:
    row, _ = issue_directly(farmer, "F-0001", "ldp_vc", holder=None, now=datetime.now(UTC))
    assert find_credential(row.urn) == find_credential(str(row.id)) == row
    for name in ("urn:uuid:0", "F-0001", "urn:uuid:00000000-0000-4000-8000-000000000000"):
        with pytest.raises(CredentialNotFoundError):
            find_credential(name)


def test_rows_hold_no_claims(farmer: Configuration) -> None:
    issue_directly(farmer, "F-0001", "ldp_vc", holder=None, now=datetime.now(UTC))
    text = str(list(IssuedCredential.objects.values()))
    for value in farmer.registry.records.get(key="F-0001").data.values():
        assert value == "F-0001" or value not in text


# --- indexes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 7, 64, 1000, 4097])
def test_a_permutation_is_one(size: int) -> None:
    assert sorted(permute(n, size=size, key=b"key") for n in range(size)) == list(range(size))


def test_the_order_is_the_keys_own() -> None:
    first = [permute(n, size=131_072, key=b"one") for n in range(200)]
    assert first == [permute(n, size=131_072, key=b"one") for n in range(200)]
    assert first != [permute(n, size=131_072, key=b"two") for n in range(200)]
    assert ROUNDS >= 4  # fewer rounds of Feistel are told from chance


def test_neighbours_are_scattered() -> None:
    indexes = [permute(n, size=131_072, key=b"key") for n in range(2_000)]
    assert sum(abs(a - b) < 100 for a, b in pairwise(indexes)) < 20
    assert 0.45 < sum(index < 65_536 for index in indexes) / 2_000 < 0.55


def test_one_place_serves_both_purposes(farmer: Configuration) -> None:
    [slot] = allocate_indexes(farmer.authority, "bitstring", 1)
    first, second = slot.references()
    assert (first.purpose, second.purpose, first.index == second.index) == ("revocation", "suspension", True)
    assert first.uri.endswith("/status/revocation-1")


def test_a_full_list_is_followed_by_another(farmer: Configuration) -> None:
    StatusList.objects.create(authority=farmer.authority, kind="token", number=1, size=10)
    slots = allocate_indexes(farmer.authority, "token", 25)
    assert [slot.status_list.number for slot in slots] == [1] * 10 + [2] * 15
    assert sorted(slot.index for slot in slots[:10]) == list(range(10))


def test_authorities_share_no_list(farmer: Configuration) -> None:
    other = make_farmers("civil-registry", name="birth")
    [ours], [theirs] = (
        allocate_indexes(farmer.authority, "token", 1),
        allocate_indexes(other.authority, "token", 1),
    )
    assert ours.status_list != theirs.status_list


def test_whoever_changes_many_keeps_to_the_allowed_ways(farmer: Configuration) -> None:
    row, _ = issue_directly(farmer, "F-0001", "ldp_vc", holder=None, now=datetime.now(UTC))
    other, _ = issue_directly(farmer, "F-0002", "ldp_vc", holder=None, now=datetime.now(UTC))
    change(row, "revoked")
    row.refresh_from_db()
    version = StatusList.objects.get().version
    updates = [StatusUpdate(other, "suspended", "because"), StatusUpdate(row, "valid", "because")]
    with pytest.raises(StatusChangeError, match="revoked does not become valid"):
        change_statuses(updates, actor="a rule", now=datetime.now(UTC))
    states = dict(IssuedCredential.objects.values_list("record_key", "state"))
    assert states == {"F-0001": "revoked", "F-0002": "valid"}
    assert StatusList.objects.get().version == version
    assert StatusChange.objects.filter(actor="a rule").count() == 0
