"""Bitstring Status List entries, each rule of §2.1 with an entry that breaks it."""

from typing import Any

import pytest

from common.errors import SelloError
from common.formats.w3c import status_entries

ENTRY: dict[str, Any] = {
    "id": "https://registry.example/status/1#7",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "7",
    "statusListCredential": "https://registry.example/status/1",
}
MESSAGES = [{"status": f"0x{number}", "message": "x"} for number in range(4)]


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"type": ["BitstringStatusListEntry"]},
        {"statusSize": 1},
        {"statusSize": 1, "statusMessage": MESSAGES[:2]},
        {"statusSize": 2, "statusMessage": MESSAGES},
        {"statusReference": "https://registry.example/meaning"},
        {"statusReference": ["https://registry.example/meaning"]},
    ],
)
def test_entries(change: dict[str, Any]) -> None:
    status_entries.check_status_entries({"credentialStatus": ENTRY | change})


@pytest.mark.parametrize(
    "change",
    [
        {"statusPurpose": 7},
        {"statusPurpose": None},
        {"statusListIndex": 7},
        {"statusListIndex": "-1"},
        {"statusListIndex": "07"},
        {"statusListIndex": True},
        {"statusListCredential": "list"},
        {"id": ENTRY["statusListCredential"]},
        {"statusSize": 0},
        {"statusSize": True},
        {"statusSize": "1"},
        {"statusSize": 2},
        {"statusSize": 2, "statusMessage": MESSAGES[:3]},
        {"statusSize": 1, "statusMessage": [{"status": "0x0"}, {"message": "x"}]},
        {"statusSize": 1, "statusMessage": ["x", "y"]},
        {"statusSize": 1_000, "statusMessage": MESSAGES},
        {"statusReference": ["no URL"]},
    ],
)
def test_malformed_entries(change: dict[str, Any]) -> None:
    for procedure in (status_entries.check_status_entries, status_entries.parse):
        with pytest.raises(SelloError) as caught:
            procedure({"credentialStatus": [ENTRY, ENTRY | change]})
        assert caught.value.code == "MALFORMED_VALUE_ERROR"


def test_other_kinds_are_no_business_of_ours() -> None:
    other = {"credentialStatus": {"type": "CredentialStatusList2017"}}
    status_entries.check_status_entries(other)
    with pytest.raises(SelloError):  # but whoever asks for a status must know where it stands
        status_entries.parse(other)
