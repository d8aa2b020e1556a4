"""Credentials that were changed after signing, or whose proof speaks for somebody else."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from common.errors import MalformedInputError, SelloError
from common.formats.base import InvalidCredentialError
from common.formats.data_integrity import securing
from common.formats.data_integrity.pipeline import ProofVerificationError
from common.keys import PrivateKey
from common.rdf.contexts import CREDENTIALS_V2, DATA_INTEGRITY_V2
from tests.common.formats.data_integrity.conftest import BINDING, CONTEXT, CREDENTIAL, ISSUER, LISTS, TYPE
from tests.common.formats.data_integrity.issuing import FORMAT, Document
from tests.common.formats.fakes import StaticSources, method
from tests.common.rdf.examples import CONTEXTS as EXAMPLES
from tests.conftest import NOW, shared

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
        with pytest.raises(ProofVerificationError):
            FORMAT.verify_credential(
                secured | {"credentialSubject": subject | {name: value}}, sources=sources, now=NOW
            )


def test_a_context_of_somebody_else(secured: Document, issuer_key: PrivateKey) -> None:
    """The same bytes under another context mean something else, so the context must be the issuer's own."""
    swapped = {"@context": {**CONTEXT["@context"], "givenName": f"{TYPE}#surname"}}
    methods = {issuer_key.key_id: method(issuer_key.key_id, issuer_key.public_key)}
    elsewhere = StaticSources(methods=methods, published={"did:web:mallory.example": {TYPE: CONTEXT}})
    with pytest.raises(MalformedInputError, match="No such context"):
        FORMAT.verify_credential(secured, sources=elsewhere, now=NOW)
    lying = StaticSources(methods=methods, published={ISSUER: {TYPE: swapped}})
    with pytest.raises(ProofVerificationError):
        FORMAT.verify_credential(secured, sources=lying, now=NOW)


def test_several_subjects_are_not_taken_for_one(
    secured: Document, issuer_key: PrivateKey, sources: StaticSources
) -> None:
    subject = secured["credentialSubject"]
    bare = {name: value for name, value in secured.items() if name != "proof"}
    twice = securing.secure_document(
        bare | {"credentialSubject": [subject, {"farmerId": "F-0002"}]},
        signer=issuer_key,
        sources=sources,
        now=NOW,
    )
    with pytest.raises(InvalidCredentialError):
        FORMAT.verify_credential(twice, sources=sources, now=NOW)


def test_official_vectors_have_another_issuer() -> None:
    """Their proofs hold, yet nobody shows that the issuer made them: refused (standards: known trap)."""
    for folder, tag in (
        ("vc-di-eddsa/eddsa-rdfc-2022", "DataInt"),
        ("vc-di-ecdsa/ecdsa-rdfc-2019-p256", "ECDSAP256"),
        ("vc-di-eddsa/eddsa-rdfc-2022/employ", "DataInt"),
    ):
        document = json.loads(shared(f"vectors/{folder}/signed{tag}.json").read_text())
        with pytest.raises(ProofVerificationError, match="somebody else"):
            FORMAT.verify_credential(
                document, sources=StaticSources(contexts=EXAMPLES), now=datetime(2026, 1, 1, tzinfo=UTC)
            )


def test_not_even_an_object(sources: StaticSources) -> None:
    value: Any
    for value in ("eyJ.a.b", [], None):
        with pytest.raises(SelloError):
            FORMAT.verify_credential(value, sources=sources, now=NOW)
        with pytest.raises(SelloError):
            FORMAT.verify_presentation(value, binding=BINDING, sources=sources, now=NOW)


def test_jcs_proofs_cover_their_contexts(
    secured: Document, issuer_key: PrivateKey, sources: StaticSources
) -> None:
    """What somebody appended to the contexts after signing is not in what is believed."""
    bare = {name: value for name, value in secured.items() if name != "proof"}
    signed = securing.secure_document(
        bare, signer=issuer_key, sources=sources, now=NOW, suite="eddsa-jcs-2022"
    )
    assert FORMAT.verify_credential(signed, sources=sources, now=NOW).document == bare
    longer = signed | {"@context": [*signed["@context"], DATA_INTEGRITY_V2]}
    assert FORMAT.verify_credential(longer, sources=sources, now=NOW).document == bare
    for contexts in ([CREDENTIALS_V2], [CREDENTIALS_V2, DATA_INTEGRITY_V2, TYPE]):
        with pytest.raises(ProofVerificationError):
            FORMAT.verify_credential(signed | {"@context": contexts}, sources=sources, now=NOW)
    other: Any
    for other in ([], CREDENTIALS_V2, {}, None):
        odd = {"proof": signed["proof"] | {"@context": other}}
        with pytest.raises(ProofVerificationError):
            FORMAT.verify_credential(signed | odd, sources=sources, now=NOW)
    unnamed = {name: value for name, value in signed["proof"].items() if name != "@context"}
    with pytest.raises(ProofVerificationError):
        FORMAT.verify_credential(longer | {"proof": unnamed}, sources=sources, now=NOW)
