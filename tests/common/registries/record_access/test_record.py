"""The signed answer: by this authority, for this client, to this request, now, with what was granted."""

from datetime import timedelta
from typing import Any

import pytest

from common import did
from common.did import did_web
from common.keys import PrivateKey, jwk, jws
from common.registries.record_access.grant import REQUEST_TYPE
from common.registries.record_access.holder import CONSENTS_TYPE, LOG_TYPE, WITHDRAWAL_TYPE
from common.registries.record_access.record import (
    RECORD_TYPE,
    InvalidRecordError,
    SignedRecord,
    create_record,
    verify_record,
)
from tests.conftest import NOW
from tests.tampering import flip

AUTHORITY = "https://ministry.example/issuers/social-registry"
DID = did_web.encode(AUTHORITY)
CLINIC = "did:web:clinic.example"
KEY = PrivateKey("P-256", bytes(31) + b"\x0d").named(f"{DID}#key")
SAID = {"programme": "Semilla", "status": None}


class Keys:
    """`Sources` where the authority has published its key, for what it is asked to vouch for."""

    def method(self, did_url: str, *, purpose: str) -> Any:
        document = {
            "id": DID,
            "verificationMethod": [
                {"id": f"{DID}#key", "type": "JsonWebKey", "controller": DID,
                 "publicKeyJwk": jwk.encode(KEY.public_key)}
            ],
            "assertionMethod": [f"{DID}#key"],
        }  # fmt: skip
        return did.verification_method(
            did_url, purpose=purpose, resolve=lambda name: did.parse_document(document, did=DID)
        )


def record(signer: Any = KEY, header: dict[str, Any] | None = None, **claims: Any) -> str:
    token = create_record(
        SignedRecord(SAID, "c-1"), authority=AUTHORITY, client_id=CLINIC, request_id="r-1", signer=KEY,
        now=NOW,
    )  # fmt: skip
    said = {name: value for name, value in {**jws.parse(token).claims(), **claims}.items() if value != ...}
    return jws.sign({"typ": RECORD_TYPE, "kid": KEY.key_id, **(header or {})}, said, signer=signer)


def verify(token: str, **overrides: Any) -> SignedRecord:
    expected = {
        "authority": AUTHORITY, "client_id": CLINIC, "request_id": "r-1", "attributes": list(SAID),
        "consent_id": "c-1", "now": NOW,
    }  # fmt: skip
    return verify_record(token, sources=Keys(), **{**expected, **overrides})  # type: ignore[arg-type]


def test_an_answer() -> None:
    found = verify(record())
    assert (found.attributes, found.consent_id) == (SAID, "c-1")
    assert "Semilla" not in repr(found)
    assert verify(record(consent_id=...), consent_id="").consent_id == ""


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example/issuers/social-registry"},
        {"aud": "did:web:other.example"},
        {"aud": [CLINIC]},
        {"jti": "r-2"},
        {"jti": ...},
        {"iat": ...},
        {"iat": int((NOW - timedelta(minutes=3)).timestamp())},
        {"iat": int((NOW + timedelta(minutes=2)).timestamp())},
        {"attributes": ...},
        {"attributes": ["programme", "status"]},
        {"attributes": {"programme": "Semilla"}},
        {"attributes": {**SAID, "income": "more than was granted"}},
        {"consent_id": "c-2"},
        {"consent_id": ...},
    ],
)
def test_answers_that_are_not_to_this(claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidRecordError):
        verify(record(**claims))


def test_answers_by_somebody_else(mallory: PrivateKey) -> None:
    for token in (
        record(mallory),
        record(mallory, {"kid": "did:web:mallory.example#key"}),
        record(header={"kid": f"{DID}#another"}),
        record(header={"kid": 7}),
        record(header={"typ": "JWT"}),
        flip(record()),
        "nothing",
    ):
        with pytest.raises(InvalidRecordError):
            verify(token)


def test_one_token_is_not_taken_for_another() -> None:
    assert len({REQUEST_TYPE, RECORD_TYPE, LOG_TYPE, CONSENTS_TYPE, WITHDRAWAL_TYPE}) == 5
