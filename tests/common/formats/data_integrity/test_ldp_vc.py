"""Credentials issued, verified and shown; and each way in which that must fail."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.did import did_key
from common.encoding import base64url
from common.errors import MalformedInput, SelloError
from common.formats import FORMATS
from common.formats.base import Binding, BindingMismatch, CredentialInvalid, Expired, NotYetValid
from common.formats.data_integrity import ldp_vc, pipeline
from common.formats.data_integrity.pipeline import ProofGenerationError, ProofInvalid
from common.keys import PrivateKey
from common.rdf.contexts import CREDENTIALS_V1, CREDENTIALS_V2, DATA_INTEGRITY_V2
from common.rdf.expansion import DataLoss, TransformationError
from common.vcdm.credential import StatusReference
from tests.common.formats.data_integrity.conftest import (
    BINDING,
    CONTEXT,
    CREDENTIAL,
    ISSUER,
    LISTS,
    TYPE,
    held,
    holder,
    no_salt,
)
from tests.common.formats.fakes import StaticSources, method
from tests.common.rdf.examples import CONTEXTS as EXAMPLES
from tests.common.rdf.examples import EXAMPLES_V2
from tests.conftest import NOW, shared

FORMAT = FORMATS["ldp_vc"]
Document = dict[str, Any]


def issue(key: PrivateKey, sources: StaticSources, bound_to: PrivateKey | None = None, **change: Any) -> Any:
    return FORMAT.issue(
        dataclasses.replace(CREDENTIAL, **change),
        signer=key,
        holder=holder(bound_to) if bound_to else None,
        sources=sources,
        now=NOW,
        salt=no_salt,
    )


def present(
    secured: Document, key: PrivateKey, sources: StaticSources, binding: Binding = BINDING
) -> Document:
    presented = FORMAT.present(
        secured, disclose=None, binding=binding, signer=held(key), sources=sources, now=NOW
    )
    assert isinstance(presented, dict)
    return presented


def sign_presentation(
    document: Document, key: PrivateKey, sources: StaticSources, **options: Any
) -> Document:
    """What a wallet that minds no rule could send: any presentation, with a proof that holds."""
    given = pipeline.options(
        signer=held(key),
        purpose="authentication",
        created=NOW,
        domain=BINDING.audience,
        challenge=BINDING.nonce,
    )
    bare = {name: value for name, value in document.items() if name != "proof"}
    return pipeline.add_proof(
        bare, given | options, signer=held(key), contexts=lambda url: sources.context(url, issuer=ISSUER)
    )


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
    assert verified.claims == CREDENTIAL.claims
    assert verified.subject == did_key.encode(ana.public_key)
    assert verified.status == CREDENTIAL.status
    assert (verified.valid_from, verified.valid_until) == (NOW, NOW + timedelta(days=365))
    assert verified.document == {name: value for name, value in secured.items() if name != "proof"}


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
    with pytest.raises(DataLoss):
        issue(issuer_key, sources, claims={"surname": "Quispe"})
    with pytest.raises(DataLoss):
        issue(issuer_key, sources, type="DoctorCredential")
    with pytest.raises(TransformationError):
        issue(issuer_key, sources, claims={"parcels": {"area": 1.5}})


def test_a_status_that_would_be_lost_is_not_issued(issuer_key: PrivateKey, sources: StaticSources) -> None:
    token = StatusReference("TokenStatusList", f"{LISTS}/3", 1)
    with pytest.raises(CredentialInvalid):
        issue(issuer_key, sources, status=(token,))
    both = issue(issuer_key, sources, status=(token, *CREDENTIAL.status))
    assert len(both["credentialStatus"]) == 2


def test_validity(secured: Document, sources: StaticSources, issuer_key: PrivateKey) -> None:
    end = NOW + timedelta(days=365)
    FORMAT.verify_credential(secured, sources=sources, now=end)
    with pytest.raises(Expired):
        FORMAT.verify_credential(secured, sources=sources, now=end + timedelta(seconds=1))
    later = issue(issuer_key, sources, valid_from=NOW + timedelta(hours=1))
    with pytest.raises(NotYetValid):
        FORMAT.verify_credential(later, sources=sources, now=NOW)


TAMPERED: dict[str, Any] = {
    "another name": {"name": "farmer"},
    "another issuer's name": {"issuer": {"id": ISSUER, "name": "Mallory"}},
    "longer validity": {"validUntil": "2037-11-21T12:00:00Z"},
    "no end": {"validUntil": None},
    "without status": {"credentialStatus": None},
    "another place in the list": {
        "credentialStatus": {
            "id": f"{LISTS}/1#43",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "43",
            "statusListCredential": f"{LISTS}/1",
        }
    },
    "a term of nobody": {"remark": "unsigned"},
    "another type too": {"type": ["VerifiableCredential", "FarmerCredential", "JsonSchemaCredential"]},
    "a type of nobody": {"type": ["VerifiableCredential", "FarmerCredential", "DoctorCredential"]},
    "less of the type": {"type": ["VerifiableCredential"]},
    "a relative identifier": {"id": "1"},
    "no context of its own": {"@context": [CREDENTIALS_V2]},
    "another context too": {"@context": [CREDENTIALS_V2, TYPE, "https://mallory.example/context"]},
    "a context written in": {"@context": [CREDENTIALS_V2, TYPE, {"remark": "urn:x:remark"}]},
    "a vocabulary for anything": {"@context": [CREDENTIALS_V2, {"@vocab": f"{TYPE}#"}]},
    "nobody's": {"credentialSubject": CREDENTIAL.claims},
    "two subjects": {"credentialSubject": [CREDENTIAL.claims, {"farmerId": "F-0002"}]},
}


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED.keys())
def test_tampered(change: Document, secured: Document, sources: StaticSources) -> None:
    tampered = {name: value for name, value in (secured | change).items() if value is not None}
    with pytest.raises(SelloError):
        FORMAT.verify_credential(tampered, sources=sources, now=NOW)


def test_every_claim_is_covered(secured: Document, sources: StaticSources) -> None:
    subject = secured["credentialSubject"]
    crops = [{"area": "1.5", "crop": "maíz"}, {"area": "0.25", "crop": "quinua"}]
    for name, value in (
        ("givenName", "Ana "), ("birthDate", "1990-05-26"), ("farmerId", "F-0002"), ("parcels", crops),
        ("id", "did:example:mallory"), ("name", "Ana"),
    ):  # fmt: skip
        with pytest.raises(ProofInvalid):
            FORMAT.verify_credential(
                secured | {"credentialSubject": subject | {name: value}}, sources=sources, now=NOW
            )


def test_a_context_of_somebody_else(secured: Document, issuer_key: PrivateKey) -> None:
    """The same bytes under another context mean something else, so the context must be the issuer's own."""
    swapped = {"@context": {**CONTEXT["@context"], "givenName": f"{TYPE}#farmerId"}}
    methods = {issuer_key.key_id: method(issuer_key.key_id, issuer_key.public_key)}
    elsewhere = StaticSources(methods=methods, published={"did:web:mallory.example": {TYPE: CONTEXT}})
    with pytest.raises(MalformedInput, match="No such context"):
        FORMAT.verify_credential(secured, sources=elsewhere, now=NOW)
    lying = StaticSources(methods=methods, published={ISSUER: {TYPE: swapped}})
    with pytest.raises(ProofInvalid):
        FORMAT.verify_credential(secured, sources=lying, now=NOW)


def test_several_subjects_are_not_taken_for_one(
    secured: Document, issuer_key: PrivateKey, sources: StaticSources
) -> None:
    subject = secured["credentialSubject"]
    bare = {name: value for name, value in secured.items() if name != "proof"}
    twice = ldp_vc.secure(
        bare | {"credentialSubject": [subject, {"farmerId": "F-0002"}]},
        signer=issuer_key,
        sources=sources,
        now=NOW,
    )
    with pytest.raises(CredentialInvalid):
        FORMAT.verify_credential(twice, sources=sources, now=NOW)


def test_official_vectors_have_another_issuer() -> None:
    """Their proofs hold, yet nobody shows that the issuer made them: refused (standards: known trap)."""
    for folder, tag in (
        ("vc-di-eddsa/eddsa-rdfc-2022", "DataInt"),
        ("vc-di-ecdsa/ecdsa-rdfc-2019-p256", "ECDSAP256"),
        ("vc-di-eddsa/eddsa-rdfc-2022/employ", "DataInt"),
    ):
        document = json.loads(shared(f"vectors/{folder}/signed{tag}.json").read_text())
        with pytest.raises(ProofInvalid, match="somebody else"):
            FORMAT.verify_credential(
                document, sources=StaticSources(contexts=EXAMPLES), now=datetime(2026, 1, 1, tzinfo=UTC)
            )


def test_not_even_an_object(sources: StaticSources) -> None:
    for value in ("eyJ.a.b", [], None):
        with pytest.raises(SelloError):
            FORMAT.verify_credential(value, sources=sources, now=NOW)  # type: ignore[arg-type]
        with pytest.raises(SelloError):
            FORMAT.verify_presentation(value, binding=BINDING, sources=sources, now=NOW)  # type: ignore[arg-type]


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
    odd = ldp_vc.secure(bare | {"credentialStatus": entry}, signer=issuer_key, sources=sources, now=NOW)
    with pytest.raises(CredentialInvalid):
        FORMAT.verify_credential(odd, sources=sources, now=NOW)


def test_other_status_purposes_say_nothing_of_validity(
    secured: Document, issuer_key: PrivateKey, sources: StaticSources
) -> None:
    bare = {name: value for name, value in secured.items() if name != "proof"}
    entries = [STATUS, STATUS | {"id": f"{LISTS}/4#1", "statusPurpose": "message"}]
    odd = ldp_vc.secure(bare | {"credentialStatus": entries}, signer=issuer_key, sources=sources, now=NOW)
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
    secured = ldp_vc.secure(document, signer=issuer_key, sources=sources, now=NOW)
    verified = FORMAT.verify_credential(secured, sources=sources, now=NOW)
    assert verified.document == document
    assert "https://www.w3.org/ns/credentials/status#BitstringStatusListCredential" in verified.types
    subject = secured["credentialSubject"] | {"ttl": 300_001}
    with pytest.raises(ProofInvalid):
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
        ldp_vc.secure(document, signer=issuer_key, sources=sources, now=NOW)
    secured = pipeline.add_proof(
        document,
        pipeline.options(signer=issuer_key, purpose="assertionMethod", created=NOW),
        signer=issuer_key,
        contexts=lambda url: sources.context(url, issuer=ISSUER),
    )
    verified = FORMAT.verify_credential(secured, sources=sources, now=NOW)
    assert verified.valid_until == datetime(2027, 1, 1, tzinfo=UTC)
    with pytest.raises(Expired):
        FORMAT.verify_credential(secured, sources=sources, now=datetime(2028, 1, 1, tzinfo=UTC))


def test_a_presentation(secured: Document, sources: StaticSources, ana: PrivateKey) -> None:
    presented = present(secured, ana, sources)
    assert presented["proof"]["challenge"] == BINDING.nonce
    assert presented["proof"]["domain"] == BINDING.audience
    assert presented["proof"]["cryptosuite"] == "ecdsa-rdfc-2019"
    shown = FORMAT.verify_presentation(presented, binding=BINDING, sources=sources, now=NOW)
    assert shown.holder == did_key.encode(ana.public_key)
    assert shown.credentials == (FORMAT.verify_credential(secured, sources=sources, now=NOW),)
    assert shown.transaction_data == ()


def test_a_holder_with_an_ed25519_key(issuer_key: PrivateKey, sources: StaticSources) -> None:
    ana = PrivateKey("Ed25519", b"\x0a" * 32)
    presented = present(issue(issuer_key, sources, ana), ana, sources)
    assert presented["proof"]["cryptosuite"] == "eddsa-rdfc-2022"
    FORMAT.verify_presentation(presented, binding=BINDING, sources=sources, now=NOW)


@pytest.mark.parametrize(
    "binding",
    [
        dataclasses.replace(BINDING, nonce="another"),
        dataclasses.replace(BINDING, nonce=""),
        dataclasses.replace(BINDING, audience="x509_san_dns:mallory.example"),
    ],
)
def test_a_presentation_for_another_request(
    binding: Binding, secured: Document, sources: StaticSources, ana: PrivateKey
) -> None:
    presented = present(secured, ana, sources)
    with pytest.raises(BindingMismatch):
        FORMAT.verify_presentation(presented, binding=binding, sources=sources, now=NOW)


def test_only_its_holder_shows_a_credential(
    secured: Document, sources: StaticSources, ana: PrivateKey, mallory: PrivateKey
) -> None:
    with pytest.raises(BindingMismatch):
        present(secured, mallory, sources)
    presented = present(secured, ana, sources)
    stolen = sign_presentation(presented | {"holder": did_key.encode(mallory.public_key)}, mallory, sources)
    with pytest.raises(BindingMismatch):
        FORMAT.verify_presentation(stolen, binding=BINDING, sources=sources, now=NOW)
    posing = sign_presentation(presented, mallory, sources)  # says it is Ana, signs with its own key
    with pytest.raises(ProofInvalid):
        FORMAT.verify_presentation(posing, binding=BINDING, sources=sources, now=NOW)


def test_every_credential_shown_is_the_holders(
    secured: Document, issuer_key: PrivateKey, sources: StaticSources, ana: PrivateKey, bruno: PrivateKey
) -> None:
    brunos = issue(issuer_key, sources, bruno)
    presented = present(secured, ana, sources)
    mixed = sign_presentation(presented | {"verifiableCredential": [secured, brunos]}, ana, sources)
    with pytest.raises(BindingMismatch):
        FORMAT.verify_presentation(mixed, binding=BINDING, sources=sources, now=NOW)
    bearers = issue(issuer_key, sources)
    with pytest.raises(BindingMismatch):
        present(bearers, ana, sources)
    unbound = sign_presentation(presented | {"verifiableCredential": [bearers]}, ana, sources)
    with pytest.raises(BindingMismatch):
        FORMAT.verify_presentation(unbound, binding=BINDING, sources=sources, now=NOW)


def test_two_credentials_of_one_holder(
    secured: Document, issuer_key: PrivateKey, sources: StaticSources, ana: PrivateKey
) -> None:
    other = issue(issuer_key, sources, ana, id="urn:uuid:2")
    both = sign_presentation(
        present(secured, ana, sources) | {"verifiableCredential": [secured, other]}, ana, sources
    )
    shown = FORMAT.verify_presentation(both, binding=BINDING, sources=sources, now=NOW)
    assert [credential.id for credential in shown.credentials] == [CREDENTIAL.id, "urn:uuid:2"]


SWOLLEN: dict[str, Any] = {
    "no credential": {"verifiableCredential": []},
    "none at all": {"verifiableCredential": None},
    "a credential by reference": {"verifiableCredential": ["urn:uuid:1"]},
    "no holder": {"holder": None},
    "no proof": {"proof": None},
    "a term of nobody": {"remark": "x"},
    "another type": {"type": ["VerifiableCredential"]},
    "a context written in": {"@context": [CREDENTIALS_V2, {"remark": "urn:x:remark"}]},
    "transaction data": {ldp_vc.TRANSACTION_DATA_HASHES: ["x"]},
    "an identifier": {"id": "urn:uuid:3"},
}


@pytest.mark.parametrize("change", SWOLLEN.values(), ids=SWOLLEN.keys())
def test_tampered_presentations(
    change: Document, secured: Document, sources: StaticSources, ana: PrivateKey
) -> None:
    tampered = present(secured, ana, sources) | change
    tampered = {name: value for name, value in tampered.items() if value is not None}
    with pytest.raises(SelloError):
        FORMAT.verify_presentation(tampered, binding=BINDING, sources=sources, now=NOW)


def test_a_swollen_presentation(secured: Document, sources: StaticSources, ana: PrivateKey) -> None:
    many = {"verifiableCredential": [secured] * (ldp_vc.MAX_CREDENTIALS + 1)}
    with pytest.raises(CredentialInvalid, match="up to"):
        FORMAT.verify_presentation(
            present(secured, ana, sources) | many, binding=BINDING, sources=sources, now=NOW
        )


def test_a_credential_in_it_is_verified_too(
    secured: Document, sources: StaticSources, ana: PrivateKey
) -> None:
    subject = secured["credentialSubject"] | {"farmerId": "F-0002"}
    forged = present(secured | {"credentialSubject": subject}, ana, sources)
    with pytest.raises(ProofInvalid):
        FORMAT.verify_presentation(forged, binding=BINDING, sources=sources, now=NOW)


def test_a_credential_shown_as_if_it_were_a_sign_in(
    secured: Document, sources: StaticSources, ana: PrivateKey
) -> None:
    """A proof made to assert is not one made to authenticate."""
    presented = sign_presentation(
        present(secured, ana, sources), ana, sources, proofPurpose="assertionMethod"
    )
    with pytest.raises(ProofInvalid):
        FORMAT.verify_presentation(presented, binding=BINDING, sources=sources, now=NOW)


def test_an_old_presentation_of_an_expired_credential(
    secured: Document, sources: StaticSources, ana: PrivateKey
) -> None:
    presented = present(secured, ana, sources)
    with pytest.raises(Expired):
        FORMAT.verify_presentation(presented, binding=BINDING, sources=sources, now=NOW + timedelta(days=366))


def test_transaction_data_is_signed_by_the_holder(
    secured: Document, sources: StaticSources, ana: PrivateKey
) -> None:
    entries = tuple(base64url.encode(b'{"type":"payment","amount":"%d"}' % amount) for amount in (10, 20))
    asked = dataclasses.replace(BINDING, transaction_data=entries)
    presented = present(secured, ana, sources, asked)
    assert presented[ldp_vc.TRANSACTION_DATA_HASHES][0] == "QCbxslQbQ2UWFKC9J6HTuM8H8cEcau9lEny26O0AIFk"
    shown = FORMAT.verify_presentation(presented, binding=asked, sources=sources, now=NOW)
    assert shown.transaction_data == entries

    one = present(secured, ana, sources, dataclasses.replace(BINDING, transaction_data=entries[1:]))
    shown = FORMAT.verify_presentation(one, binding=asked, sources=sources, now=NOW)
    assert shown.transaction_data == entries[1:]
    none = present(secured, ana, sources)
    assert FORMAT.verify_presentation(none, binding=asked, sources=sources, now=NOW).transaction_data == ()

    with pytest.raises(BindingMismatch):  # signed something that this request did not ask for
        FORMAT.verify_presentation(presented, binding=BINDING, sources=sources, now=NOW)
    for hashes in (presented[ldp_vc.TRANSACTION_DATA_HASHES][:1], None):
        changed = presented | {ldp_vc.TRANSACTION_DATA_HASHES: hashes}
        changed = {name: value for name, value in changed.items() if value is not None}
        with pytest.raises(ProofInvalid):  # hashes taken away after signing
            FORMAT.verify_presentation(changed, binding=asked, sources=sources, now=NOW)


def test_jcs_proofs_cover_their_contexts(
    secured: Document, issuer_key: PrivateKey, sources: StaticSources
) -> None:
    """What somebody appended to the contexts after signing is not in what is believed."""
    bare = {name: value for name, value in secured.items() if name != "proof"}
    signed = ldp_vc.secure(bare, signer=issuer_key, sources=sources, now=NOW, suite="eddsa-jcs-2022")
    assert FORMAT.verify_credential(signed, sources=sources, now=NOW).document == bare
    longer = signed | {"@context": [*signed["@context"], DATA_INTEGRITY_V2]}
    assert FORMAT.verify_credential(longer, sources=sources, now=NOW).document == bare
    for contexts in ([CREDENTIALS_V2], [CREDENTIALS_V2, DATA_INTEGRITY_V2, TYPE]):
        with pytest.raises(ProofInvalid):
            FORMAT.verify_credential(signed | {"@context": contexts}, sources=sources, now=NOW)
    for contexts in ([], CREDENTIALS_V2, {}, None):
        odd = {"proof": signed["proof"] | {"@context": contexts}}
        with pytest.raises(ProofInvalid):
            FORMAT.verify_credential(signed | odd, sources=sources, now=NOW)
    unnamed = {name: value for name, value in signed["proof"].items() if name != "@context"}
    with pytest.raises(ProofInvalid):
        FORMAT.verify_credential(longer | {"proof": unnamed}, sources=sources, now=NOW)
