"""The published vectors of the cryptosuites, at every intermediate step."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from common.encoding import multibase
from common.errors import InvalidSignatureError, UnknownPartError
from common.formats.data_integrity.jcs_suites import ECDSA_JCS_2019, EDDSA_JCS_2022
from common.formats.data_integrity.rdfc_suites import ECDSA_RDFC_2019, EDDSA_RDFC_2022
from common.formats.data_integrity.suite import without_value
from common.formats.data_integrity.whole_document import WholeDocumentSuite
from common.keys import PrivateKey, multikey
from tests.common.rdf.examples import contexts
from tests.conftest import shared


@dataclass(frozen=True)
class Vector:
    suite: WholeDocumentSuite
    curve: str
    folder: str
    tag: str
    keys: str
    deterministic: bool

    def file(self, stem: str, ending: str = "txt") -> Path:
        return shared(f"vectors/{self.folder}/{stem}{self.tag}.{ending}")

    def text(self, stem: str) -> str:
        return self.file(stem).read_text(encoding="utf-8")

    def signed(self) -> tuple[dict[str, Any], dict[str, Any]]:
        document = json.loads(self.file("signed", "json").read_text(encoding="utf-8"))
        return {name: value for name, value in document.items() if name != "proof"}, document["proof"]

    def private_key(self) -> PrivateKey:
        pair = json.loads(shared(f"vectors/{self.keys}").read_text(encoding="utf-8"))
        secret = multibase.decode(pair.get("privateKeyMultibase") or pair["secretKeyMultibase"])[2:]
        key = PrivateKey(self.curve, secret)
        assert multikey.encode(key.public_key) == pair["publicKeyMultibase"]
        return key


EDDSA = "vc-di-eddsa/keyPair.json"
P256 = "vc-di-ecdsa/p256KeyPair.json"
P384 = "vc-di-ecdsa/p384KeyPair.json"
VECTORS = {
    vector.folder: vector
    for vector in (
        Vector(EDDSA_RDFC_2022, "Ed25519", "vc-di-eddsa/eddsa-rdfc-2022", "DataInt", EDDSA, True),
        Vector(EDDSA_RDFC_2022, "Ed25519", "vc-di-eddsa/eddsa-rdfc-2022/employ", "DataInt", EDDSA, True),
        Vector(EDDSA_JCS_2022, "Ed25519", "vc-di-eddsa/eddsa-jcs-2022", "JCS", EDDSA, True),
        Vector(ECDSA_JCS_2019, "P-256", "vc-di-ecdsa/ecdsa-jcs-2019-p256", "JCSECDSAP256", P256, False),
        Vector(ECDSA_JCS_2019, "P-384", "vc-di-ecdsa/ecdsa-jcs-2019-p384", "JCSECDSAP384", P384, False),
        Vector(ECDSA_RDFC_2019, "P-256", "vc-di-ecdsa/ecdsa-rdfc-2019-p256", "ECDSAP256", P256, False),
        Vector(ECDSA_RDFC_2019, "P-256", "vc-di-ecdsa/ecdsa-rdfc-2019-p256/employ", "ECDSAP256", P256, False),
        Vector(ECDSA_RDFC_2019, "P-384", "vc-di-ecdsa/ecdsa-rdfc-2019-p384", "ECDSAP384", P384, False),
        Vector(ECDSA_RDFC_2019, "P-384", "vc-di-ecdsa/ecdsa-rdfc-2019-p384/employ", "ECDSAP384", P384, False),
    )
}


@pytest.fixture(params=list(VECTORS.values()), ids=list(VECTORS))
def vector(request: pytest.FixtureRequest) -> Vector:
    found: Vector = request.param
    return found


def test_every_step(vector: Vector) -> None:
    document, proof = vector.signed()
    suite, curve = vector.suite, vector.curve
    transformed = suite.transform(document, curve=curve, contexts=contexts)
    assert transformed.decode() == vector.text("canonDoc")
    canonical = suite.configure(without_value(proof), document=document, curve=curve, contexts=contexts)
    assert canonical.decode() == vector.text("proofCanon")
    configuration_hash = suite.hash_configuration(canonical, curve=curve)
    assert configuration_hash.hex() == vector.text("proofHash").strip()
    data = suite.hash(transformed, configuration_hash=configuration_hash, curve=curve)
    assert data[len(configuration_hash) :].hex() == vector.text("docHash").strip()
    assert data.hex() == vector.text("combinedHash").strip()
    assert proof["proofValue"] == vector.text("sigBTC58").strip()
    assert multibase.decode(proof["proofValue"]).hex() == vector.text("sigHex").strip()
    suite.verify_proof(document, proof, key=vector.private_key().public_key, contexts=contexts)


def test_our_proof_is_theirs(vector: Vector) -> None:
    document, proof = vector.signed()
    key = vector.private_key()
    made = vector.suite.create_proof(document, without_value(proof), signer=key, contexts=contexts)
    if vector.deterministic:
        assert made == proof
    assert without_value(made) == without_value(proof)
    vector.suite.verify_proof(document, made, key=key.public_key, contexts=contexts)


def test_a_batch_brings_its_configuration_hash(vector: Vector) -> None:
    document, proof = vector.signed()
    key = vector.private_key()
    made = vector.suite.create_proof(
        document,
        without_value(proof),
        signer=key,
        contexts=contexts,
        configuration_hash=bytes.fromhex(vector.text("proofHash").strip()),
    )
    vector.suite.verify_proof(document, made, key=key.public_key, contexts=contexts)


def test_a_changed_byte_is_seen(vector: Vector) -> None:
    document, proof = vector.signed()
    key = vector.private_key().public_key
    for changed in ({**document, "name": "Alumni credential"}, {**document, "id": "urn:uuid:0"}):
        with pytest.raises(InvalidSignatureError):
            vector.suite.verify_proof(changed, proof, key=key, contexts=contexts)
    for changed in ({"created": "2023-02-24T23:36:39Z"}, {"domain": "x"}, {"proofPurpose": "authentication"}):
        with pytest.raises(InvalidSignatureError):
            vector.suite.verify_proof(document, {**proof, **changed}, key=key, contexts=contexts)


def test_a_value_that_is_no_base58_signature(vector: Vector) -> None:
    document, proof = vector.signed()
    key = vector.private_key().public_key
    value = multibase.encode_base64url(multibase.decode(proof["proofValue"]))
    for bad in (value, proof["proofValue"][:-2], "", None, 7):
        with pytest.raises(InvalidSignatureError):
            vector.suite.verify_proof(document, {**proof, "proofValue": bad}, key=key, contexts=contexts)


def test_a_key_of_another_curve(vector: Vector) -> None:
    document, proof = vector.signed()
    other = PrivateKey("P-256" if vector.curve == "Ed25519" else "Ed25519", b"\x01" * 32)
    with pytest.raises(UnknownPartError):
        vector.suite.verify_proof(document, proof, key=other.public_key, contexts=contexts)
    with pytest.raises(UnknownPartError):
        vector.suite.create_proof(document, without_value(proof), signer=other, contexts=contexts)


def test_eddsa_rdfc_2022_without_its_files() -> None:
    """VC-DI-EDDSA §B.1, its decisive figures as literals."""
    document = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://www.w3.org/ns/credentials/examples/v2",
        ],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AlumniCredential"],
        "name": "Alumni Credential",
        "description": "A minimum viable example of an Alumni Credential.",
        "issuer": "https://vc.example/issuers/5678",
        "validFrom": "2023-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
    }
    secret = multibase.decode("z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq")
    name = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
    key = PrivateKey("Ed25519", secret[2:], f"did:key:{name}#{name}")
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2023-02-24T23:36:38Z",
        "verificationMethod": key.key_id,
        "proofPurpose": "assertionMethod",
    }
    suite = EDDSA_RDFC_2022
    canonical = suite.configure(options, document=document, curve="Ed25519", contexts=contexts)
    configuration_hash = suite.hash_configuration(canonical, curve="Ed25519")
    assert configuration_hash.hex() == "bea7b7acfbad0126b135104024a5f1733e705108f42d59668b05c0c50004c6b0"
    data = suite.hash(
        suite.transform(document, curve="Ed25519", contexts=contexts),
        configuration_hash=configuration_hash,
        curve="Ed25519",
    )
    assert data[32:].hex() == "517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017"
    proof = suite.create_proof(document, options, signer=key, contexts=contexts)
    assert proof["proofValue"] == (
        "z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQsCZahKZme"
    )
