"""Proofs and data model without trust: published vectors, every form of securing, each step's failure."""

import dataclasses
import hashlib
import json
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from common.did import Fetched, VerificationMethod, did_key, parse_document, verification_method
from common.encoding import multibase
from common.errors import FetchError, SelloError
from common.formats.data_integrity import pipeline
from common.formats.w3c import envelopes, jose
from common.formats.w3c.version_1_1 import Kind
from common.keys import PrivateKey, multikey
from common.rdf.contexts import CONFORMANCE, CREDENTIALS_V2
from common.rdf.expansion import OpenContexts
from common.verification.proofs import ProofSources, check_credential, check_presentation
from tests.common.formats.fakes import StaticSources
from tests.conftest import NOW, shared

PHOTO = b"a photo"
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://registry.example/schema",
    "properties": {"credentialSubject": {"required": ["name"]}},
}
PUBLISHED = {
    "https://registry.example/photo": PHOTO,
    "https://registry.example/schema": json.dumps(SCHEMA).encode(),
}


def fetch(url: str, *, accept: str = "application/json") -> Fetched:
    if url not in PUBLISHED:
        raise FetchError("Nothing is there.")
    return Fetched(PUBLISHED[url])


SOURCES = StaticSources(contexts=CONFORMANCE)
STRICT = ProofSources(
    sources=SOURCES, contexts_of=lambda speakers: partial(SOURCES.context, issuer=""), fetch=fetch, known={}
)
OPEN = ProofSources(
    sources=SOURCES,
    contexts_of=lambda speakers: OpenContexts(partial(SOURCES.context, issuer="")),
    fetch=fetch,
    known={},
    trial=True,
)


def named(key: PrivateKey) -> PrivateKey:
    return key.named(did_key.key_method(key.public_key))


def credential(issuer: PrivateKey, **changes: Any) -> dict[str, Any]:
    return {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiableCredential"],
        "issuer": did_key.encode(issuer.public_key),
        "credentialSubject": {"id": "did:example:ana", "name": "Ana"},
    } | changes


def presentation(*shown: Any, **changes: Any) -> dict[str, Any]:
    held = {"verifiableCredential": list(shown)} if shown else {}
    return {"@context": [CREDENTIALS_V2], "type": ["VerifiablePresentation"]} | held | changes


def secure(
    document: dict[str, Any],
    key: PrivateKey,
    *,
    world: ProofSources = STRICT,
    suite: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    purpose = "authentication" if "VerifiablePresentation" in document["type"] else "assertionMethod"
    options = pipeline.proof_options(signer=named(key), purpose=purpose, created=NOW, suite=suite) | more
    return pipeline.add_proof(document, options, signer=named(key), contexts=world.contexts_of([]))


def envelop(document: dict[str, Any], key: PrivateKey, kind: Kind = "vc", **claims: Any) -> dict[str, Any]:
    token = jose.sign(document, kind=kind, signer=named(key), claims=claims)
    return envelopes.envelop(token, kind=envelopes.CREDENTIAL if kind == "vc" else envelopes.PRESENTATION)


def check(document: Any, *, world: ProofSources = STRICT, now: datetime = NOW) -> Any:
    return check_credential(document, world=world, now=now).document


def show(document: Any, *, domain: str | None = None, challenge: str | None = None) -> Any:
    return check_presentation(document, domain=domain, challenge=challenge, world=STRICT, now=NOW)


@pytest.mark.parametrize("suite", ["ecdsa-rdfc-2019", "ecdsa-jcs-2019"])
def test_credentials_of_every_kind(ana: PrivateKey, suite: str) -> None:
    assert check(secure(credential(ana), ana, suite=suite)) == credential(ana)
    assert check(envelop(credential(ana), ana)) == credential(ana)


@pytest.mark.parametrize(
    "name",
    [
        "vc-di-eddsa/eddsa-rdfc-2022/signedDataInt",
        "vc-di-eddsa/eddsa-jcs-2022/signedJCS",
        "vc-di-ecdsa/ecdsa-rdfc-2019-p256/signedECDSAP256",
        "vc-di-ecdsa/ecdsa-rdfc-2019-p384/signedECDSAP384",
    ],
)
def test_published_credentials_whose_issuer_is_another(name: str) -> None:
    """A trial passes them with a warning; nobody else does."""
    document = json.loads(shared(f"vectors/{name}.json").read_text())
    checked = check_credential(document, world=OPEN, now=NOW)
    assert checked.document["issuer"] == document["issuer"]
    assert [warning.code for warning in checked.warnings] == ["PROOF_VERIFICATION_ERROR"]
    with pytest.raises(SelloError):
        check(document, world=dataclasses.replace(OPEN, trial=False))
    document["credentialSubject"]["alumniOf"] = "Another school"
    with pytest.raises(SelloError):
        check(document, world=OPEN)


@pytest.mark.parametrize("document", [None, "text", 7, [], {}, {"type": ["NonconformingDocument"]}])
def test_what_is_no_document(document: Any) -> None:
    for procedure in (check, show):
        with pytest.raises(SelloError):
            procedure(document)


def test_what_is_not_secured(ana: PrivateKey) -> None:
    for document in (credential(ana), credential(ana, proof=None), credential(ana, proof=[])):
        with pytest.raises(SelloError):
            check(document)
    with pytest.raises(SelloError):
        show(presentation())


def test_a_proof_that_is_changed_or_for_something_else(ana: PrivateKey, bruno: PrivateKey) -> None:
    secured = secure(credential(ana), ana)
    proof = secured["proof"]
    for change in (
        {"type": "UnknownProofType"},
        {"cryptosuite": "unknown-2017"},
        {"proofPurpose": "authentication"},
        {"proofPurpose": "invalidPurpose"},
        {"verificationMethod": named(bruno).key_id},
        {"verificationMethod": "did:key:invalid"},
        {"created": "invalidDate"},
        {"created": "2026-11-21T12:02:00Z"},
        {"expires": "2026-11-21T11:00:00Z"},
        {"proofValue": proof["proofValue"][1:]},
        {"proofValue": None},
        {"id": "no URL"},
        {"domain": 7},
        {"challenge": 7},
    ):
        with pytest.raises(SelloError):
            check(secured | {"proof": proof | change})
    for name in ("type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue"):
        with pytest.raises(SelloError):
            check(secured | {"proof": {k: v for k, v in proof.items() if k != name}})


def test_sets_and_chains(ana: PrivateKey, bruno: PrivateKey) -> None:
    first = secure(credential(ana), ana, id="urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544")
    check(secure(first, bruno))
    chained = secure(first, bruno, previousProof=first["proof"]["id"])
    check(chained)
    check(secure(first, bruno, previousProof=[first["proof"]["id"]]))
    for previous in ("urn:uuid:38329423-2179-4b2e-88cb-a7c7d9dc4544", 456321, [], [7]):
        with pytest.raises(SelloError):
            check(
                chained | {"proof": [chained["proof"][0], chained["proof"][1] | {"previousProof": previous}]}
            )
    with pytest.raises(SelloError):  # the second says that the first comes before it
        check(chained | {"proof": chained["proof"][1]})


@pytest.mark.parametrize("suite", ["ecdsa-rdfc-2019", "ecdsa-jcs-2019"])
def test_terms_that_mean_nothing(ana: PrivateKey, suite: str) -> None:
    secured = secure(credential(ana), ana, suite=suite)
    for change in (
        {"credentialSubject": {"name": "Ana", "undefinedTerm": "x"}},
        {"type": ["VerifiableCredential", "UndefinedType"]},
    ):
        with pytest.raises(SelloError):
            check(secured | change)
    undefined = credential(ana, undefinedTerm="x")
    with pytest.raises(SelloError) as caught:
        check(envelop(undefined, ana))
    assert caught.value.code == "DATA_LOSS_DETECTION_ERROR"


def test_contexts_of_their_own_count_in_conformance_runs_alone(ana: PrivateKey) -> None:
    document = credential(ana) | {"@context": [CREDENTIALS_V2, {"size": "https://example.org/#size"}]}
    document["credentialSubject"]["size"] = 5.5
    secured = secure(document, ana, world=OPEN)
    assert check(secured, world=OPEN) == document
    with pytest.raises(SelloError, match="named by URL"):
        check(secured)
    swapped = secured | {"@context": [CREDENTIALS_V2, {"size": "https://example.org/#weight"}]}
    with pytest.raises(SelloError):
        check(swapped, world=OPEN)


def test_no_context_redefines_what_is_protected(ana: PrivateKey) -> None:
    for term in (
        {"VerifiableCredential": "https://example.org/#x"},
        {"name": {"@id": "https://example.org/#x"}},
    ):
        document = credential(ana) | {"@context": [CREDENTIALS_V2, {"@protected": True, **term}, term]}
        if "name" in term:
            document["@context"].append({"name": "https://example.org/#y"})
        with pytest.raises(SelloError):
            secure(document, ana, world=OPEN)


@pytest.mark.parametrize(
    "times",
    [{"validFrom": "2026-11-21T12:00:01Z"}, {"validUntil": "2026-11-21T11:59:59Z"}],
)
def test_validity(ana: PrivateKey, times: dict[str, str]) -> None:
    for secured in (secure(credential(ana, **times), ana), envelop(credential(ana, **times), ana)):
        with pytest.raises(SelloError):
            check(secured)
    check(
        secure(credential(ana, **times), ana),
        now=datetime.fromisoformat(next(iter(times.values()))).astimezone(UTC),
    )


def test_references(ana: PrivateKey) -> None:
    digest = multibase.encode_base64url(hashlib.sha256(PHOTO).digest())
    related = {"id": "https://registry.example/photo", "digestMultibase": digest}
    schema = {"id": "https://registry.example/schema", "type": "JsonSchema"}
    check(secure(credential(ana, relatedResource=related, credentialSchema=schema), ana))
    for change in (
        {"relatedResource": related | {"digestMultibase": multibase.encode_base64url(bytes(32))}},
        {"relatedResource": related | {"id": "https://registry.example/other"}},
        {"credentialSchema": schema, "credentialSubject": {"id": "did:example:ana"}},
        {"credentialSchema": schema | {"id": "https://registry.example/nothing"}},
    ):
        with pytest.raises(SelloError):
            check(secure(credential(ana, **change), ana))


def test_presentations(ana: PrivateKey, bruno: PrivateKey) -> None:
    embedded, enveloped = secure(credential(ana), ana), envelop(credential(ana), ana)
    holder = did_key.encode(bruno.public_key)
    for document in (
        presentation(),
        presentation(embedded),
        presentation(embedded, enveloped, holder=holder),
        presentation(embedded, holder={"id": holder}),
    ):
        show(secure(document, bruno))
        show(envelop(document, bruno, "vp"))


def test_a_presentation_holds_what_holds(ana: PrivateKey, bruno: PrivateKey) -> None:
    changed = secure(credential(ana), ana) | {"issuer": "did:example:other"}
    for shown in (credential(ana), changed, "urn:uuid:1", 7, {"type": envelopes.CREDENTIAL}):
        document = presentation(shown)
        with pytest.raises(SelloError):
            show(envelop(document, bruno, "vp"))
    with pytest.raises(SelloError):
        show(envelop(presentation(*[secure(credential(ana), ana)] * 21), bruno, "vp"))


def test_a_presentation_is_its_holders(ana: PrivateKey, bruno: PrivateKey) -> None:
    document = presentation(holder=did_key.encode(ana.public_key))
    for secured in (secure(document, bruno), envelop(document, bruno, "vp")):
        with pytest.raises(SelloError):
            show(secured)


@pytest.mark.parametrize("suite", ["ecdsa-rdfc-2019", "ecdsa-jcs-2019"])
def test_one_proof_is_the_issuers_own(
    ana: PrivateKey, bruno: PrivateKey, mallory: PrivateKey, suite: str
) -> None:
    document = credential(ana) | {"issuer": {"id": did_key.encode(ana.public_key), "name": "The register"}}
    theirs = secure(document, mallory, suite=suite, id="urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544")
    chained = secure(theirs, bruno, suite=suite, previousProof=theirs["proof"]["id"])
    for forged in (theirs, secure(theirs, bruno, suite=suite), chained):
        for found in (forged, presentation(forged), presentation(secure(credential(ana), ana), forged)):
            with pytest.raises(SelloError, match="somebody else"):
                check(found) if "issuer" in found else show(secure(found, bruno))
    for genuine in (
        secure(theirs, ana, suite=suite),
        secure(theirs, ana, suite=suite, previousProof=theirs["proof"]["id"]),
    ):
        check(genuine)
        show(secure(presentation(genuine), bruno))


REGISTER, MALLORY = "did:web:registry.example", "did:web:mallory.example"


def did_document(did: str, key: PrivateKey, *purposes: str, **entry: Any) -> dict[str, Any]:
    method = {
        "id": f"{did}#key-1", "type": "Multikey", "controller": did,
        "publicKeyMultibase": multikey.encode(key.public_key), **entry,
    }  # fmt: skip
    return {"id": did, "verificationMethod": [method], **{name: [method["id"]] for name in purposes}}


@pytest.mark.parametrize(
    ("theirs", "method"),
    [
        ({}, f"{MALLORY}#key-1"),
        ({"controller": REGISTER}, f"{MALLORY}#key-1"),  # who controls a key is not for its document to say
        ({"id": f"{REGISTER}#key-9"}, f"{REGISTER}#key-9"),
        ({"id": f"{REGISTER}#key-9", "controller": REGISTER}, f"{REGISTER}#key-9"),
        ({"id": f"{REGISTER}#key-1", "controller": REGISTER}, f"{REGISTER}#key-1"),
        ({}, f"{REGISTER}#read"),  # the register's own, for something else
    ],
)
@pytest.mark.parametrize("suite", ["ecdsa-rdfc-2019", "ecdsa-jcs-2019"])
def test_no_document_lends_its_key_the_issuers_name(
    ana: PrivateKey, mallory: PrivateKey, theirs: dict[str, str], method: str, suite: str
) -> None:
    """Mallory writes her own DID document as she likes; the register's key for reading leaked to her."""
    genuine = did_document(REGISTER, ana, "assertionMethod")
    genuine["verificationMethod"].append(
        did_document(REGISTER, mallory, id=f"{REGISTER}#read")["verificationMethod"][0]
    )
    genuine["authentication"] = [f"{REGISTER}#read"]
    documents = {
        REGISTER: genuine,
        MALLORY: did_document(MALLORY, mallory, "assertionMethod", "authentication", **theirs),
    }

    class Web(StaticSources):
        def method(self, did_url: str, *, purpose: str) -> VerificationMethod:
            return verification_method(
                did_url, purpose=purpose, resolve=lambda did: parse_document(documents[did], did=did)
            )

    world = dataclasses.replace(STRICT, sources=Web())
    said = credential(ana) | {"issuer": REGISTER}
    options = pipeline.proof_options(
        signer=mallory.named(method), purpose="assertionMethod", created=NOW, suite=suite
    )
    forged = pipeline.add_proof(said, options, signer=mallory.named(method), contexts=world.contexts_of([]))
    with pytest.raises(SelloError):
        check(forged, world=world)
    own = ana.named(f"{REGISTER}#key-1")
    options |= {"verificationMethod": own.key_id}
    contexts = world.contexts_of([])
    check(pipeline.add_proof(said, options, signer=own, contexts=contexts), world=world)
    other = pipeline.add_proof(
        said | {"id": "urn:uuid:1"}, options, signer=own, contexts=contexts
    )  # a genuine proof, of another credential
    for proofs in ([forged["proof"], other["proof"]], [other["proof"], forged["proof"]], other["proof"]):
        with pytest.raises(SelloError):
            check({**said, "proof": proofs}, world=world)


def test_an_envelope_is_its_issuers_own(ana: PrivateKey, mallory: PrivateKey) -> None:
    for world in (STRICT, OPEN):
        with pytest.raises(SelloError):
            check(envelop(credential(ana), mallory), world=world)


def test_whoever_a_presentations_token_names_signed_it(ana: PrivateKey, mallory: PrivateKey) -> None:
    victim, own = did_key.encode(ana.public_key), did_key.encode(mallory.public_key)
    show(envelop(presentation(), mallory, "vp", iss=own))
    for iss in (victim, "", 7, {"id": own}):
        with pytest.raises(SelloError):
            show(envelop(presentation(), mallory, "vp", iss=iss))


def test_domain_and_challenge(ana: PrivateKey) -> None:
    embedded = secure(presentation(), ana, domain="clinic.example", challenge="n-1")
    enveloped = envelop(presentation(), ana, "vp", aud="clinic.example", nonce="n-1")
    for document in (embedded, enveloped):
        show(document, domain="clinic.example", challenge="n-1")
        show(document)
        with pytest.raises(SelloError) as caught:
            show(document, domain="other.example")
        assert caught.value.code == "INVALID_DOMAIN_ERROR"
        with pytest.raises(SelloError) as caught:
            show(document, challenge="n-2")
        assert caught.value.code == "INVALID_CHALLENGE_ERROR"
