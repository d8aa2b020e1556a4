"""A Bitstring Status List as a real credential: its own proof, issuer and times count."""

import copy
import json
from datetime import timedelta
from typing import Any

import pytest

from common.did import Fetched
from common.formats.base import VerifiedCredential
from common.formats.data_integrity.securing import secure_document
from common.keys import PrivateKey
from common.status.bits import pack
from common.status.bitstring import status_list_credential
from common.status.check import StatusOutcome
from common.vcdm.credential import StatusReference
from common.verification.credential_status import credential_status
from tests.common.formats.fakes import StaticSources, method
from tests.conftest import NOW

REGISTRY, URI = "did:web:registry.example", "https://registry.example/status/3"
KEY = PrivateKey("Ed25519", bytes(31) + b"\x01", f"{REGISTRY}#ed25519-1")
OTHER = PrivateKey("Ed25519", bytes(31) + b"\x02", "did:web:other.example#ed25519-1")
SOURCES = StaticSources({key.key_id: method(key.key_id, key.public_key) for key in (KEY, OTHER)})
CREDENTIAL = VerifiedCredential(
    format="ldp_vc", id=None, issuer=REGISTRY, key_id=KEY.key_id, types=("X",), document={}, claims={},
    subject=None, holder_key=None, valid_from=NOW, valid_until=None,
    status=(StatusReference("BitstringStatusListEntry", URI, 94_567, "revocation"),),
)  # fmt: skip


class NoCache:
    def get(self, key: str) -> None:
        return None

    def put(self, key: str, value: Any, *, seconds: int) -> None:
        return None


def published(*, revoked: bool = False, key: PrivateKey = KEY, issuer: str = REGISTRY) -> dict[str, Any]:
    statuses = pack({94_567: int(revoked)}, length=131_072, bits=1, order="most")
    document = status_list_credential(
        uri=URI, issuer=issuer, purpose="revocation", statuses=statuses,
        valid_from=NOW, valid_until=NOW + timedelta(hours=1), ttl=60,
    )  # fmt: skip
    return secure_document(document, signer=key, sources=SOURCES, now=NOW)


def status(document: dict[str, Any], *, now: Any = NOW) -> StatusOutcome:
    def fetch(url: str, *, accept: str = "") -> Fetched:
        return Fetched(json.dumps(document).encode(), "application/vc")

    return credential_status(
        CREDENTIAL, sources=SOURCES, fetch=fetch, fetch_revocations=fetch, lists=NoCache(), now=now
    )


@pytest.mark.parametrize("revoked", [False, True])
def test_read_from_a_signed_list(revoked: bool) -> None:
    assert status(published(revoked=revoked)).status == ("revoked" if revoked else "valid")


def test_a_list_whose_proof_does_not_hold() -> None:
    swapped = copy.deepcopy(published(revoked=True))
    swapped["credentialSubject"]["encodedList"] = published()["credentialSubject"]["encodedList"]
    assert status(swapped).status == "undetermined"


def test_a_list_without_proof() -> None:
    naked = published()
    del naked["proof"]
    assert status(naked).status == "undetermined"


def test_a_list_that_another_issuer_signed() -> None:
    assert status(published(key=OTHER, issuer="did:web:other.example")).status == "undetermined"


@pytest.mark.parametrize("hours", [-1, 2])
def test_a_list_of_another_time(hours: int) -> None:
    assert status(published(revoked=True), now=NOW + timedelta(hours=hours)).status == "undetermined"


def test_a_presentation_is_no_list() -> None:
    assert status({**published(), "type": ["VerifiablePresentation"]}).status == "undetermined"
