"""Tokens of version 1.1 of the data model, decoded as its §6.3.1 says and judged by its own rules."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.did import did_key
from common.errors import SelloError
from common.formats import FORMATS
from common.formats.base import Binding, ExpiredError, NotYetValidError, VerifiedCredential
from common.keys import PrivateKey, jws
from common.rdf.contexts import CREDENTIALS_V1
from tests.common.formats.fakes import StaticSources
from tests.conftest import NOW

ISSUER = PrivateKey("P-256", bytes(31) + b"\x05")
ANA = PrivateKey("P-256", bytes(31) + b"\x06")
DID, HOLDER = did_key.encode(ISSUER.public_key), did_key.encode(ANA.public_key)
SECONDS = int(NOW.timestamp())
BINDING = Binding("x509_san_dns:clinic.example", "nonce-1")
FORMAT = FORMATS["jwt_vc_json"]


def kid(key: PrivateKey) -> str:
    return did_key.key_method(key.public_key)


def token(document: dict[str, Any] | None = None, **claims: Any) -> str:
    held = {
        "@context": [CREDENTIALS_V1],
        "type": ["VerifiableCredential", "Farmer"],
        "issuer": DID,
        "issuanceDate": "2024-01-01T00:00:00Z",
        "credentialSubject": {"district": "Pisac"},
        **(document or {}),
    }
    held = {name: value for name, value in held.items() if value is not KeyError}
    said = {"iss": DID, "sub": HOLDER, "vc": held, **claims}
    return jws.sign({"typ": "JWT", "kid": kid(ISSUER)}, said, signer=ISSUER)


def read(document: dict[str, Any] | None = None, **claims: Any) -> VerifiedCredential:
    return FORMAT.verify_credential(token(document, **claims), sources=StaticSources(), now=NOW)


def test_the_registered_claims_say_what_the_document_leaves_out() -> None:
    end = datetime(2027, 1, 1, tzinfo=UTC)
    found = read(
        {"issuer": {"name": "Registry"}, "issuanceDate": KeyError},
        nbf=SECONDS - 100, exp=int(end.timestamp()), jti="urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    )  # fmt: skip
    assert found.document["issuer"] == {"name": "Registry", "id": DID}
    assert found.document["credentialSubject"] == {"district": "Pisac", "id": HOLDER}
    assert found.document["expirationDate"] == "2027-01-01T00:00:00Z"
    assert (found.id, found.issuer, found.subject) == (
        "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33", DID, HOLDER,
    )  # fmt: skip
    assert (found.valid_from, found.valid_until) == (NOW - timedelta(seconds=100), end)


def test_one_subject_in_a_list() -> None:
    found = read({"credentialSubject": [{"district": "Pisac"}]})
    assert (found.subject, found.claims) == (HOLDER, {"district": "Pisac"})


@pytest.mark.parametrize("jti", ["card-7", 7, None])
def test_a_token_whose_number_is_no_url_has_a_credential_without_id(jti: object) -> None:
    assert read(jti=jti).id is None


def test_of_two_times_the_narrower_counts() -> None:
    own = {"issuanceDate": "2024-01-01T00:00:00Z", "expirationDate": "2030-01-01T00:00:00Z"}
    found = read(own, nbf=SECONDS - 60, exp=SECONDS + 3600)
    assert (found.valid_from, found.valid_until) == (NOW - timedelta(minutes=1), NOW + timedelta(hours=1))
    found = read(own, nbf=0, exp=SECONDS + 10**9)
    assert found.document["expirationDate"] == own["expirationDate"]
    assert found.document["issuanceDate"] == own["issuanceDate"]
    with pytest.raises(ExpiredError):
        read(own, exp=SECONDS - 3600)
    with pytest.raises(NotYetValidError):
        read(own, nbf=SECONDS + 3600)
    with pytest.raises(ExpiredError):
        read({"expirationDate": "2025-01-01T00:00:00"}, exp=SECONDS + 3600)


@pytest.mark.parametrize(
    ("document", "claims"),
    [
        ({"issuer": {"id": "did:example:x", "name": "R"}}, {}),
        ({"credentialSubject": [{"id": "did:example:x"}]}, {}),
        ({"credentialSubject": {"id": "did:example:x"}}, {}),
        ({"id": "urn:uuid:1"}, {"jti": "urn:uuid:2"}),
        ({"credentialSubject": KeyError}, {}),
        ({"issuanceDate": KeyError}, {}),
        ({"issuanceDate": "yesterday"}, {"nbf": 0}),
        ({"expirationDate": "2099-01-01T00:00:00+14:30"}, {}),
    ],
)
def test_what_contradicts_or_lacks_something(document: dict[str, Any], claims: dict[str, Any]) -> None:
    with pytest.raises(SelloError):
        read(document, **claims)


@pytest.mark.parametrize(
    "document",
    [
        {"name": {"en": "Farmer card", "es": "Carné"}, "description": 7},
        {"issuer": {"id": DID, "name": {"en": "Registry"}}},
        {"relatedResource": "https://registry.example/logo.png"},
        {"renderMethod": {"id": "https://registry.example/card.svg"}, "confidenceMethod": ["x"]},
        {"issuanceDate": "2024-01-01T00:00:00"},
        {"issuanceDate": "2024-01-01T24:00:00"},
        {"issuanceDate": "2024-01-01T00:00:00.123456789-05:00"},
        {"credentialStatus": None, "evidence": None, "name": None},
        {"credentialSubject": {"gpa": 3.9, "area": 1e3, "zero": -0.0, "atoms": 6.02e23}},
    ],
)
def test_rules_that_this_version_does_not_know(document: dict[str, Any]) -> None:
    assert read(document, nbf=SECONDS - 60.5, exp=SECONDS + 60.5, x_score=0.5).issuer == DID


def shown(*, holder: PrivateKey = ANA, **document: Any) -> str:
    claims = {
        "iss": did_key.encode(holder.public_key), "aud": BINDING.audience, "nonce": BINDING.nonce,
        "iat": SECONDS - 0.75, "nbf": None,
        "vp": {"@context": [CREDENTIALS_V1], "type": ["VerifiablePresentation"], **document},
    }  # fmt: skip
    return jws.sign({"typ": "JWT", "kid": kid(holder)}, claims, signer=holder)


@pytest.mark.parametrize("listed", [False, True])
def test_a_presentation_of_one_credential_in_a_list_or_not(listed: bool) -> None:
    one = token()
    presented = shown(verifiableCredential=[one] if listed else one)
    found = FORMAT.verify_presentation(presented, binding=BINDING, sources=StaticSources(), now=NOW)
    assert (found.holder, found.credentials[0].claims) == (HOLDER, {"district": "Pisac"})


def test_another_holder_does_not_show_it(mallory: PrivateKey) -> None:
    with pytest.raises(SelloError):
        FORMAT.verify_presentation(
            shown(holder=mallory, verifiableCredential=token()),
            binding=BINDING, sources=StaticSources(), now=NOW,
        )  # fmt: skip
