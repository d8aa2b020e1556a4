"""Credentials issued and verified: what is in them, how long they hold, where their status is."""

from datetime import UTC, datetime, timedelta

import pytest

from common.did import did_key
from common.errors import SelloError
from common.formats.base import ExpiredError, InvalidCredentialError, NotYetValidError
from common.formats.data_integrity import pipeline, securing
from common.formats.data_integrity.pipeline import ProofGenerationError, ProofVerificationError
from common.keys import PrivateKey
from common.rdf.contexts import CREDENTIALS_V1, CREDENTIALS_V2, DATA_INTEGRITY_V2
from common.rdf.errors import DataLossError, TransformationError
from common.vcdm.credential import StatusReference
from tests.common.formats.data_integrity.conftest import CONTEXT, CREDENTIAL, ISSUER, LISTS, READ, TYPE, held
from tests.common.formats.data_integrity.issuing import FORMAT, Document, issue
from tests.common.formats.fakes import StaticSources, method
from tests.common.rdf.examples import CONTEXTS as EXAMPLES
from tests.common.rdf.examples import EXAMPLES_V2
from tests.conftest import NOW

PROOF_VALUE = "z33zAnHfVuNq2jzZ9Pk7qVd42fTDb3PW6x4gDFU3HA7xdpMvVXggqUVhZ3BKLyrM9UV7tfmwvtTp6EqXugD9boA5J"


def test_what_is_issued(secured: Document, ana: PrivateKey) -> None:
    assert secured == {
        "@context": [CREDENTIALS_V2, TYPE],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "FarmerCredential"],
        "issuer": {"id": ISSUER, "name": "Farmer Registry"},
        "name": "Farmer",
        "validFrom": "2026-11-21T12:00:00Z",
        "validUntil": "2027-11-21T12:00:00Z",
        "credentialSubject": {"id": did_key.encode(ana.public_key), **CREDENTIAL.claims},
        "credentialSchema": {"id": f"{TYPE}/schema", "type": "JsonSchema"},
        "credentialStatus": [
            {
                "id": f"{LISTS}/1#42",
                "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation",
                "statusListIndex": "42",
                "statusListCredential": f"{LISTS}/1",
            },
            {
                "id": f"{LISTS}/2#131071",
                "type": "BitstringStatusListEntry",
                "statusPurpose": "suspension",
                "statusListIndex": "131071",
                "statusListCredential": f"{LISTS}/2",
            },
        ],
        "proof": {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022",
            "created": "2026-11-21T12:00:00Z",
            "verificationMethod": f"{ISSUER}#key-1",
            "proofPurpose": "assertionMethod",
            "proofValue": PROOF_VALUE,
        },
    }


def test_the_proof_does_not_tell_the_second_of_signing(
    issuer_key: PrivateKey, sources: StaticSources
) -> None:
    morning = NOW.replace(hour=0)
    proof = issue(issuer_key, sources, valid_from=morning)["proof"]
    assert proof["created"] == "2026-11-21T00:00:00Z"


def test_what_is_verified(secured: Document, sources: StaticSources, ana: PrivateKey) -> None:
    verified = FORMAT.verify_credential(secured, sources=sources, now=NOW)
    assert verified.format == "ldp_vc"
    assert verified.issuer == ISSUER
    assert verified.key_id == f"{ISSUER}#key-1"
    assert verified.types == ("https://www.w3.org/2018/credentials#VerifiableCredential", TYPE)
    assert verified.claims == READ
    assert verified.subject == did_key.encode(ana.public_key)
    assert verified.status == CREDENTIAL.status
    assert (verified.valid_from, verified.valid_until) == (NOW, NOW + timedelta(days=365))
    assert verified.written == {name: value for name, value in secured.items() if name != "proof"}
    subject = {"id": verified.subject, **READ}
    assert verified.document == {**verified.written, "credentialSubject": subject}


def test_a_bearers_credential(issuer_key: PrivateKey, sources: StaticSources) -> None:
    secured = issue(issuer_key, sources, issuer_name="", schema=None, status=(), name="", valid_until=None)
    verified = FORMAT.verify_credential(secured, sources=sources, now=NOW)
    assert (verified.subject, verified.status, verified.valid_until) == (None, (), None)
    assert secured["issuer"] == ISSUER


def test_a_claim_named_id_does_not_bind(issuer_key: PrivateKey, sources: StaticSources) -> None:
    secured = issue(issuer_key, sources, claims={**CREDENTIAL.claims, "id": "did:example:mallory"})
    assert "id" not in secured["credentialSubject"]


@pytest.mark.parametrize("curve", ["P-256", "P-384", "Ed25519"])
def test_the_suite_is_that_of_the_key(curve: str) -> None:
    key = held(PrivateKey(curve, b"\x05" * (48 if curve == "P-384" else 32)))
    own = did_key.encode(key.public_key)
    sources = StaticSources(published={own: {TYPE: CONTEXT}})
    secured = issue(key, sources, issuer=own)
    assert secured["proof"]["cryptosuite"] == ("eddsa-rdfc-2022" if curve == "Ed25519" else "ecdsa-rdfc-2019")
    assert FORMAT.verify_credential(secured, sources=sources, now=NOW).issuer == own


def test_only_an_issuers_own_key_signs(issuer_key: PrivateKey, sources: StaticSources) -> None:
    with pytest.raises(ProofGenerationError):
        issue(issuer_key, sources, issuer="did:web:mallory.example")


def test_a_claim_without_meaning_is_not_issued(issuer_key: PrivateKey, sources: StaticSources) -> None:
    with pytest.raises(DataLossError):
        issue(issuer_key, sources, claims={"surname": "Quispe"})
    with pytest.raises(DataLossError):
        issue(issuer_key, sources, type="DoctorCredential")
    with pytest.raises(TransformationError):
        issue(issuer_key, sources, claims={"parcels": {"area": 1.5}})


def test_a_status_that_would_be_lost_is_not_issued(issuer_key: PrivateKey, sources: StaticSources) -> None:
    token = StatusReference("TokenStatusList", f"{LISTS}/3", 1)
    with pytest.raises(InvalidCredentialError):
        issue(issuer_key, sources, status=(token,))
    both = issue(issuer_key, sources, status=(token, *CREDENTIAL.status))
    assert len(both["credentialStatus"]) == 2


def test_validity(secured: Document, sources: StaticSources, issuer_key: PrivateKey) -> None:
    end = NOW + timedelta(days=365)
    FORMAT.verify_credential(secured, sources=sources, now=end)
    with pytest.raises(ExpiredError):
        FORMAT.verify_credential(secured, sources=sources, now=end + timedelta(seconds=1))
    later = issue(issuer_key, sources, valid_from=NOW + timedelta(hours=1))
    with pytest.raises(NotYetValidError):
        FORMAT.verify_credential(later, sources=sources, now=NOW)


STATUS: Document = {
    "id": f"{LISTS}/1#42",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "42",
    "statusListCredential": f"{LISTS}/1",
}


@pytest.mark.parametrize(
    "change",
    [
        {"statusListIndex": "-1"}, {"statusListIndex": "042"}, {"statusListIndex": "4 2"},
        {"statusListIndex": ""}, {"statusListIndex": 42}, {"statusListIndex": "4" * 13},
        {"statusSize": 2}, {"statusListIndex": "٤٢"},
        {"statusPurpose": ["revocation", "suspension"]}, {"type": "JsonSchema"},
    ],
)  # fmt: skip
def test_status_entries_are_read_strictly(
    change: Document, secured: Document, issuer_key: PrivateKey, sources: StaticSources
) -> None:
    """Well signed, but naming no place that could be looked up."""
    bare = {name: value for name, value in secured.items() if name != "proof"}
    entry = STATUS | change
    if entry["type"] == "JsonSchema":
        entry = {"id": STATUS["id"], "type": "JsonSchema"}
    odd = securing.secure_document(
        bare | {"credentialStatus": entry}, signer=issuer_key, sources=sources, now=NOW
    )
    with pytest.raises(InvalidCredentialError):
        FORMAT.verify_credential(odd, sources=sources, now=NOW)


def test_other_status_purposes_say_nothing_of_validity(
    secured: Document, issuer_key: PrivateKey, sources: StaticSources
) -> None:
    bare = {name: value for name, value in secured.items() if name != "proof"}
    entries = [STATUS, STATUS | {"id": f"{LISTS}/4#1", "statusPurpose": "message"}]
    odd = securing.secure_document(
        bare | {"credentialStatus": entries}, signer=issuer_key, sources=sources, now=NOW
    )
    assert FORMAT.verify_credential(odd, sources=sources, now=NOW).status == CREDENTIAL.status[:1]


def test_a_status_list_is_a_credential(issuer_key: PrivateKey, sources: StaticSources) -> None:
    document = {
        "@context": [CREDENTIALS_V2],
        "id": f"{LISTS}/1",
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": ISSUER,
        "validFrom": "2026-11-21T12:00:00Z",
        "credentialSubject": {
            "id": f"{LISTS}/1#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA",
            "ttl": 300_000,
        },
    }
    secured = securing.secure_document(document, signer=issuer_key, sources=sources, now=NOW)
    verified = FORMAT.verify_credential(secured, sources=sources, now=NOW)
    assert verified.document == document
    assert "https://www.w3.org/ns/credentials/status#BitstringStatusListCredential" in verified.types
    subject = secured["credentialSubject"] | {"ttl": 300_001}
    with pytest.raises(ProofVerificationError):
        FORMAT.verify_credential(secured | {"credentialSubject": subject}, sources=sources, now=NOW)


def test_version_1_1_is_verified_but_not_made(issuer_key: PrivateKey) -> None:
    methods = {issuer_key.key_id: method(issuer_key.key_id, issuer_key.public_key)}
    sources = StaticSources(contexts=EXAMPLES, methods=methods)
    document = {
        "@context": [CREDENTIALS_V1, DATA_INTEGRITY_V2, EXAMPLES_V2],
        "type": ["VerifiableCredential", "AlumniCredential"],
        "issuer": ISSUER,
        "issuanceDate": "2020-01-01T00:00:00Z",
        "expirationDate": "2027-01-01T00:00:00Z",
        "credentialSubject": {"alumniOf": "The School of Examples"},
    }
    with pytest.raises(SelloError):
        securing.secure_document(document, signer=issuer_key, sources=sources, now=NOW)
    secured = pipeline.add_proof(
        document,
        pipeline.proof_options(signer=issuer_key, purpose="assertionMethod", created=NOW),
        signer=issuer_key,
        contexts=lambda url: sources.context(url, issuer=ISSUER),
    )
    verified = FORMAT.verify_credential(secured, sources=sources, now=NOW)
    assert verified.valid_until == datetime(2027, 1, 1, tzinfo=UTC)
    with pytest.raises(ExpiredError):
        FORMAT.verify_credential(secured, sources=sources, now=datetime(2028, 1, 1, tzinfo=UTC))
