"""Key proofs of the type di_vp: each suite, and each check by itself."""

from datetime import timedelta
from typing import Any

import pytest

from common.adapters.documents.sources import sources
from common.did import did_key
from common.formats.data_integrity import SUITES, pipeline
from common.keys import PrivateKey
from common.oid4vci.errors import InvalidNonceError, InvalidProofError
from common.oid4vci.presentation_proof import (
    SUITE_NAMES,
    create_presentation_proof,
    verify_presentation_proofs,
)
from common.rdf.contexts import CREDENTIALS_V2, SHIPPED
from tests.conftest import NOW

ISSUER = "https://credential-issuer.example.com"
EDWARDS = PrivateKey("Ed25519", bytes(31) + b"\x01")
P256 = PrivateKey("P-256", bytes(31) + b"\x0a")


def proof(key: PrivateKey = EDWARDS, **overrides: Any) -> dict[str, Any]:
    arguments = {"audience": ISSUER, "nonce": "n", "key": key, "suite": "eddsa-rdfc-2022", "now": NOW}
    return create_presentation_proof(**{**arguments, **overrides})


def verify(*proofs: dict[str, Any], nonces: list[str] | None = None) -> Any:
    seen = nonces if nonces is not None else []
    return verify_presentation_proofs(
        proofs, audience=ISSUER, check_nonce=seen.append, sources=sources(), now=NOW
    )


def signed(key: PrivateKey = EDWARDS, *, document: dict[str, Any] | None = None, **options: Any) -> Any:
    """A presentation with options and members of our choice; None leaves one out."""
    signer = key.named(did_key.key_method(key.public_key))
    plain = {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiablePresentation"],
        "holder": did_key.encode(key.public_key),
        **(document or {}),
    }
    made = pipeline.proof_options(
        signer=signer, purpose="authentication", created=NOW, domain=ISSUER, challenge="n"
    )
    made = {name: value for name, value in {**made, **options}.items() if value is not None}
    plain = {name: value for name, value in plain.items() if value is not None}
    return pipeline.add_proof(
        plain, made, signer=signer, contexts=lambda url: SHIPPED.get(url, {"@context": {}})
    )


@pytest.mark.parametrize("suite", SUITE_NAMES)
def test_each_suite(suite: str) -> None:
    key = EDWARDS if suite.startswith("eddsa") else P256
    nonces: list[str] = []
    [found] = verify(proof(key, suite=suite), nonces=nonces)
    assert (found.key, found.did, nonces) == (key.public_key, did_key.encode(key.public_key), ["n"])
    assert set(SUITES) - set(SUITE_NAMES) == {"ecdsa-sd-2023"}


def test_several_keys_and_one_nonce() -> None:
    nonces: list[str] = []
    found = verify(proof(), proof(P256, suite="ecdsa-jcs-2019"), nonces=nonces)
    assert [each.key for each in found] == [EDWARDS.public_key, P256.public_key]
    assert nonces == ["n"]
    with pytest.raises(InvalidProofError, match="same key"):
        verify(proof(), proof())


def test_a_presentation_need_not_name_its_holder() -> None:
    assert verify(signed(document={"holder": None}))[0].key == EDWARDS.public_key


@pytest.mark.parametrize(
    "change",
    [
        {"domain": "https://another.example"},
        {"domain": None},
        {"proofPurpose": "assertionMethod"},
        {"challenge": None},
        {"created": "2026-11-21T11:54:00Z"},
        {"created": "2026-11-21T12:05:00Z"},
        {"created": None},
        {"expires": "2026-11-21T11:59:00Z"},
        {"document": {"holder": "did:example:mallory"}},
        {"document": {"@context": [CREDENTIALS_V2, "https://w3id.org/citizenship/v1"]}},
    ],
)
def test_proofs_that_do_not_hold(change: dict[str, Any]) -> None:
    assert verify(signed())
    with pytest.raises(InvalidProofError):
        verify(signed(**change))


def test_a_nonce_that_is_no_text() -> None:
    made = signed()
    made["proof"]["challenge"] = 7
    with pytest.raises((InvalidProofError, InvalidNonceError)):
        verify(made)


def test_what_was_changed_or_belongs_to_another(mallory: PrivateKey) -> None:
    good = signed()
    by_mallory = did_key.key_method(mallory.public_key)
    ecdsa_sd = {**good["proof"], "cryptosuite": "ecdsa-sd-2023"}
    web = {**good["proof"], "verificationMethod": "did:web:holder.example#key"}
    for wrong in (
        {**good, "id": "urn:uuid:4d6b0b4e-0b0a-4b0e-8b0a-4d6b0b4e0b0a"},
        {**good, "proof": {**good["proof"], "verificationMethod": by_mallory}},
        {**good, "proof": {**good["proof"], "challenge": "another"}},
        {**good, "proof": ecdsa_sd},
        {**good, "proof": web},
        {**good, "proof": [good["proof"], good["proof"]]},
        {**good, "proof": []},
        {**good, "type": ["VerifiableCredential"]},
        {name: value for name, value in good.items() if name != "proof"},
        {},
    ):
        with pytest.raises(InvalidProofError):
            verify(wrong)


def test_keys_of_other_curves() -> None:
    key = PrivateKey("P-384", bytes(47) + b"\x01")
    with pytest.raises(InvalidProofError, match="Keys are on"):
        verify(signed(key, cryptosuite="ecdsa-jcs-2019"))


def test_the_hour_counts() -> None:
    with pytest.raises(InvalidProofError):
        verify(proof(now=NOW - timedelta(minutes=6)))
