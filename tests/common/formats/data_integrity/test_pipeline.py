"""Proofs, one or several: what each must say, and what happens when it says something else."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.encoding import multibase
from common.errors import SelloError, UnknownPartError
from common.formats.base import BindingMismatchError, ExpiredError
from common.formats.data_integrity import pipeline
from common.formats.data_integrity.pipeline import Expected, ProofVerificationError
from common.keys import PrivateKey, multikey
from tests.common.formats.data_integrity.conftest import ISSUER
from tests.common.formats.fakes import StaticSources
from tests.common.rdf.examples import contexts
from tests.conftest import NOW, shared

EXPECTED = Expected(purpose="assertionMethod", controller=ISSUER, domain=None, challenge=None)


def verify(
    document: dict[str, Any], sources: StaticSources, *, expected: Expected = EXPECTED, now: datetime = NOW
) -> str:
    found = pipeline.verify_proofs(
        document,
        expected=expected,
        sources=sources,
        contexts=lambda url: sources.context(url, issuer=ISSUER),
        now=now,
    )
    return found[1].id


def resign(
    secured: dict[str, Any], key: PrivateKey, sources: StaticSources, **options: Any
) -> dict[str, Any]:
    """The same document under another proof by `key`."""
    given = pipeline.proof_options(signer=key, purpose="assertionMethod", created=NOW)
    return pipeline.add_proof(
        {name: value for name, value in secured.items() if name != "proof"},
        given | options,
        signer=key,
        contexts=lambda url: sources.context(url, issuer=ISSUER),
    )


def test_a_proof_of_the_issuer(secured: dict[str, Any], sources: StaticSources) -> None:
    assert verify(secured, sources) == f"{ISSUER}#key-1"


CHANGES: dict[str, dict[str, Any]] = {
    "another type": {"type": "Ed25519Signature2020"},
    "no type": {"type": None},
    "unknown suite": {"cryptosuite": "eddsa-2022"},
    "no suite": {"cryptosuite": None},
    "suite of another curve": {"cryptosuite": "ecdsa-rdfc-2019"},
    "another purpose": {"proofPurpose": "authentication"},
    "no purpose": {"proofPurpose": None},
    "no key": {"verificationMethod": None},
    "several keys": {"verificationMethod": [f"{ISSUER}#key-1"]},
    "another's key": {"verificationMethod": "did:web:mallory.example#key-1"},
    "a key for another purpose": {"verificationMethod": f"{ISSUER}#reading"},
    "an unknown key": {"verificationMethod": f"{ISSUER}#key-2"},
    "another time": {"created": "2026-11-21T11:59:59Z"},
    "no time zone": {"created": "2026-11-21T12:00:00"},
    "a term that means nothing": {"remark": "unsigned"},
    "a previous proof that is not here": {"previousProof": "urn:uuid:0"},
    "no value": {"proofValue": None},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_changed_proofs(change: dict[str, Any], secured: dict[str, Any], sources: StaticSources) -> None:
    proof = {name: value for name, value in (secured["proof"] | change).items() if value is not None}
    with pytest.raises(SelloError):
        verify(secured | {"proof": proof}, sources)


@pytest.mark.parametrize("proof", [None, [], {}, "x", [None], ["x"]])
def test_no_proof(proof: Any, secured: dict[str, Any], sources: StaticSources) -> None:
    with pytest.raises(SelloError):
        verify(secured | {"proof": proof}, sources)


def test_an_unknown_suite_names_the_known(secured: dict[str, Any], sources: StaticSources) -> None:
    with pytest.raises(UnknownPartError, match="eddsa-rdfc-2022"):
        verify(secured | {"proof": secured["proof"] | {"cryptosuite": "eddsa-2022"}}, sources)


def test_clocks_differ_a_little(
    secured: dict[str, Any], issuer_key: PrivateKey, sources: StaticSources
) -> None:
    verify(secured, sources, now=NOW - timedelta(seconds=60))
    with pytest.raises(ProofVerificationError):
        verify(secured, sources, now=NOW - timedelta(seconds=61))
    undated = resign(secured, issuer_key, sources)
    proof = {name: value for name, value in undated["proof"].items() if name != "created"}
    with pytest.raises(ProofVerificationError):
        verify(undated | {"proof": proof}, sources)  # the time was signed too


def test_an_expired_proof(secured: dict[str, Any], issuer_key: PrivateKey, sources: StaticSources) -> None:
    short = resign(secured, issuer_key, sources, expires="2026-11-21T12:05:00Z")
    verify(short, sources, now=NOW + timedelta(minutes=4))
    with pytest.raises(ExpiredError):
        verify(short, sources, now=NOW + timedelta(minutes=5))


def test_domain_and_challenge(
    secured: dict[str, Any], issuer_key: PrivateKey, sources: StaticSources
) -> None:
    expected = Expected(purpose="assertionMethod", controller=ISSUER, domain="shop.example", challenge="1")
    verify(
        resign(secured, issuer_key, sources, domain="shop.example", challenge="1"), sources, expected=expected
    )
    verify(
        resign(secured, issuer_key, sources, domain=["shop.example"], challenge="1"),
        sources,
        expected=expected,
    )
    for options, code in (
        ({}, "INVALID_DOMAIN_ERROR"),
        ({"domain": "other.example", "challenge": "1"}, "INVALID_DOMAIN_ERROR"),
        ({"domain": ["shop.example", "other.example"], "challenge": "1"}, "INVALID_DOMAIN_ERROR"),
        ({"domain": "shop.example"}, "INVALID_CHALLENGE_ERROR"),
        ({"domain": "shop.example", "challenge": "2"}, "INVALID_CHALLENGE_ERROR"),
    ):
        with pytest.raises(BindingMismatchError) as caught:
            verify(resign(secured, issuer_key, sources, **options), sources, expected=expected)
        assert caught.value.code == code


def test_a_proof_copied_to_another_credential(
    secured: dict[str, Any], issuer_key: PrivateKey, sources: StaticSources
) -> None:
    subject = secured["credentialSubject"] | {"farmerId": "F-0002"}
    with pytest.raises(ProofVerificationError):
        verify(secured | {"credentialSubject": subject}, sources)


def test_somebody_elses_proof(secured: dict[str, Any], sources: StaticSources) -> None:
    """The key came from the proof, trust comes from the issuer: the two are compared."""
    mallory = PrivateKey("Ed25519", b"\x02" * 32, "did:web:mallory.example#key-1")
    with pytest.raises(ProofVerificationError):
        verify(resign(secured, mallory, sources), sources)


def test_several_proofs_all_hold(
    secured: dict[str, Any], issuer_key: PrivateKey, sources: StaticSources
) -> None:
    notary = PrivateKey("Ed25519", b"\x02" * 32, "did:web:mallory.example#key-1")
    theirs = resign(secured, notary, sources)["proof"]
    both = secured | {"proof": [theirs, secured["proof"]]}
    assert verify(both, sources) == f"{ISSUER}#key-1"
    for bad in (
        [theirs | {"proofValue": secured["proof"]["proofValue"]}, secured["proof"]],
        [theirs | {"cryptosuite": "unheard-of"}, secured["proof"]],
        [secured["proof"]] * (pipeline.MAX_PROOFS + 1),
    ):
        with pytest.raises(SelloError):
            verify(secured | {"proof": bad}, sources)


def test_chains(secured: dict[str, Any], issuer_key: PrivateKey, sources: StaticSources) -> None:
    notary = PrivateKey("Ed25519", b"\x02" * 32, "did:web:mallory.example#key-1")

    def add(document: dict[str, Any], key: PrivateKey, **options: Any) -> dict[str, Any]:
        given = pipeline.proof_options(signer=key, purpose="assertionMethod", created=NOW)
        return pipeline.add_proof(
            document,
            given | options,
            signer=key,
            contexts=lambda url: sources.context(url, issuer=ISSUER),
        )

    bare = {name: value for name, value in secured.items() if name != "proof"}
    first = add(bare, issuer_key, id="urn:uuid:1")
    chained = add(first, notary, previousProof="urn:uuid:1")
    assert verify(chained, sources) == f"{ISSUER}#key-1"
    one, two = chained["proof"]
    other = add(bare, issuer_key, id="urn:uuid:1", created="2026-11-21T11:00:00Z")["proof"]
    for bad in ([two], [other, two], [one, one, two], [one, two | {"previousProof": []}]):
        with pytest.raises(SelloError):
            verify(bare | {"proof": bad}, sources)
    with pytest.raises(ProofVerificationError):
        add(first, notary, previousProof="urn:uuid:2")


def test_options_that_make_no_proof(
    secured: dict[str, Any], issuer_key: PrivateKey, sources: StaticSources
) -> None:
    with pytest.raises(pipeline.ProofGenerationError):
        resign(secured, issuer_key.named(""), sources)


def test_published_sets_and_chains() -> None:
    """VC-DI-EDDSA §B.5: verified, and made again to the byte."""
    folder = "vectors/vc-di-eddsa/proof-set-chain"
    keys = {}
    for pair in json.loads(shared(f"{folder}/multiKeyPairs.json").read_text()).values():
        key = PrivateKey("Ed25519", multibase.decode(pair["privateKeyMultibase"])[2:])
        name = multikey.encode(key.public_key)
        assert name == pair["publicKeyMultibase"]
        keys[f"did:key:{name}#{name}"] = key.named(f"did:key:{name}#{name}")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for name in ("signedProofSet1", "signedProofSet2", "signedProofChain1", "signedProofChain2"):
        document = json.loads(shared(f"{folder}/{name}.json").read_text())
        proofs = document["proof"] if isinstance(document["proof"], list) else [document["proof"]]
        for proof in proofs:
            controller = proof["verificationMethod"].partition("#")[0]
            pipeline.verify_proofs(
                document,
                expected=Expected("assertionMethod", controller, domain=None, challenge=None),
                sources=StaticSources(),
                contexts=contexts,
                now=now,
            )
        made = {key: value for key, value in document.items() if key != "proof"}
        for proof in proofs:
            options = {key: value for key, value in proof.items() if key != "proofValue"}
            signer = keys[proof["verificationMethod"]]
            made = pipeline.add_proof(made, options, signer=signer, contexts=contexts)
        assert made == document
