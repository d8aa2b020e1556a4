"""ecdsa-sd-2023: the published vectors at every step (VC-DI-ECDSA §3.4 to §3.6)."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import pytest

from common.encoding import multibase
from common.formats.data_integrity import ecdsa_sd_2023
from common.formats.data_integrity.ecdsa_sd_2023_value import parse_base, parse_derived, serialize_base
from common.formats.data_integrity.grouping import hmac_statements
from common.formats.data_integrity.selection import select_json_ld
from common.keys import PrivateKey, multikey
from common.rdf.statements import read_statements
from tests.common.formats.data_integrity.sd2023_fixture import HMAC_KEY, without
from tests.common.rdf.examples import contexts
from tests.conftest import shared

MANDATORY = ["/issuer"]
SELECTIVE = ["/validFrom", "/validUntil", "/credentialSubject/birthCountry"]
BASE_KEY = "zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP"
PROOF_KEY = "zDnaeTHfhmSaQKBc7CmdL3K7oYg3D6SC7yowe2eBeVd2DH32r"


class Vector:
    def __init__(self, name: str) -> None:
        self.name = name
        self.document = self.read("addSignedSDBase.json")
        self.base = self.document.pop("proof")

    def read(self, file: str) -> Any:
        return json.loads(self.text(file))

    def text(self, file: str) -> str:
        return shared(f"vectors/vc-di-ecdsa/ecdsa-sd-2023/{self.name}/{file}").read_text(encoding="utf-8")

    def key(self, which: str) -> PrivateKey:
        keys = json.loads(shared("vectors/vc-di-ecdsa/ecdsa-sd-2023/SDKeyMaterial.json").read_text())
        key = PrivateKey("P-256", multibase.decode(keys[which]["secretKeyMultibase"])[2:])
        assert multikey.encode(key.public_key) == keys[which]["publicKeyMultibase"]
        return key


@pytest.fixture(params=["employ", "prc"])
def vector(request: pytest.FixtureRequest) -> Vector:
    return Vector(request.param)


def places(groups: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(index for index, _ in groups["value"])


def test_statements_and_groups(vector: Vector) -> None:
    statements = hmac_statements(vector.document, hmac_key=HMAC_KEY, contexts=contexts)
    assert [line.decode() for line in statements.lines] == vector.read("addBaseDocHMACCanon.json")
    transformed = vector.read("addBaseTransform.json")
    assert transformed["mandatoryPointers"] == MANDATORY
    mandatory = statements.indexes(MANDATORY)
    assert mandatory == places(transformed["mandatory"])
    others = [index for index in range(len(statements.lines)) if index not in mandatory]
    assert tuple(others) == places(transformed["nonMandatory"])
    groups = vector.read("derivedAllGroupData.json")["groups"]
    for name, pointers in (("selective", SELECTIVE), ("combined", MANDATORY + SELECTIVE)):
        assert statements.indexes(pointers) == places(groups[name]["matching"])


def test_hashes(vector: Vector) -> None:
    config = vector.read("addProofConfig.json")
    options = {name: value for name, value in config.items() if name != "@context"}
    canonical = ecdsa_sd_2023.configure(options, document=vector.document, curve="P-256", contexts=contexts)
    assert canonical.decode() == vector.text("addProofConfigCanon.txt")
    hashes = vector.read("addHashData.json")
    assert ecdsa_sd_2023.hash_configuration(canonical, curve="P-256").hex() == hashes["proofHash"]
    statements = hmac_statements(vector.document, hmac_key=HMAC_KEY, contexts=contexts)
    mandatory = [statements.lines[index] for index in statements.indexes(MANDATORY)]
    data = ecdsa_sd_2023.sign_data(bytes.fromhex(hashes["proofHash"]), multikey.decode(PROOF_KEY), mandatory)
    assert data[-32:].hex() == hashes["mandatoryHash"]
    assert data[32:-32] == multibase.decode(PROOF_KEY)
    raw = vector.read("addRawBaseSignatureInfo.json")
    multikey.decode(BASE_KEY).verify(bytes.fromhex(raw["baseSignature"]), data)


def test_base_proof_value(vector: Vector) -> None:
    value = parse_base(vector.base["proofValue"])
    raw = vector.read("addRawBaseSignatureInfo.json")
    assert value.signature.hex() == raw["baseSignature"]
    assert [signature.hex() for signature in value.signatures] == raw["signatures"]
    assert multikey.encode(value.key) == PROOF_KEY
    assert value.hmac_key == HMAC_KEY
    assert list(value.mandatory_pointers) == MANDATORY
    assert serialize_base(value) == vector.base["proofValue"]


def test_derived_proof(vector: Vector) -> None:
    expected = vector.read("derivedRevealDocument.json")
    expected_proof = expected.pop("proof")
    assert select_json_ld(vector.document, MANDATORY + SELECTIVE) == vector.read("derivedUnsignedReveal.json")
    document, proof = ecdsa_sd_2023.derive_proof(
        vector.document, vector.base, pointers=SELECTIVE, contexts=contexts
    )
    assert document == expected
    assert proof == expected_proof
    value, disclosed = parse_derived(proof["proofValue"]), vector.read("derivedDisclosureData.json")
    assert value.signature.hex() == disclosed["baseSignature"]
    assert [signature.hex() for signature in value.signatures] == disclosed["signatures"]
    assert dict(value.labels) == dict(disclosed["labelMap"]["value"])
    assert list(value.mandatory_indexes) == disclosed["mandatoryIndexes"]
    key = multikey.decode(BASE_KEY)
    signed = ecdsa_sd_2023.verify_proof(document, proof, key=key, contexts=contexts)
    assert signed.document == read_statements(document, contexts=contexts).document
    assert signed.options == {**without(proof, "proofValue"), "@context": document["@context"]}


def test_what_we_sign_can_be_shown(vector: Vector) -> None:
    options = {**without(vector.read("addProofConfig.json"), "@context"), "mandatoryPointers": MANDATORY}
    base = ecdsa_sd_2023.create_proof(
        vector.document,
        options,
        signer=vector.key("baseKeyPair"),
        contexts=contexts,
        hmac_key=HMAC_KEY,
        proof_key=vector.key("proofKeyPair"),
    )
    assert set(base) == set(vector.base)
    ours, theirs = parse_base(base["proofValue"]), parse_base(vector.base["proofValue"])
    assert (ours.key, ours.hmac_key, ours.mandatory_pointers) == (
        theirs.key,
        theirs.hmac_key,
        theirs.mandatory_pointers,
    )
    shown, proof = ecdsa_sd_2023.derive_proof(vector.document, base, pointers=SELECTIVE, contexts=contexts)
    ecdsa_sd_2023.verify_proof(shown, proof, key=multikey.decode(BASE_KEY), contexts=contexts)


def test_the_decisive_figures() -> None:
    vector = Vector("employ")
    statements = hmac_statements(vector.document, hmac_key=HMAC_KEY, contexts=contexts)
    assert sorted(statements.labels.values()) == [
        "u3Lv2QpFgo-YAegc1cQQKWJFW2sEjQF6FfuZ0VEoMKHg",
        "u4YIOZn1MHES1Z4Ij2hWZG3R4dEYBqg5fHTyDEvYhC38",
        "uVkUuBrlOaELGVQWJD4M_qW5bcKEHWGNbOrPA_qAOKKw",
    ]
    mandatory = b"".join(statements.lines[index] for index in (0, 12, 13, 17))
    assert sha256(mandatory).hexdigest() == "a042dc047c236816f49fbe5282a79c5e77abe111e47f4c20203b5064c7f0f059"
    _, proof = ecdsa_sd_2023.derive_proof(vector.document, vector.base, pointers=SELECTIVE, contexts=contexts)
    assert proof["proofValue"].startswith("u2V0BhVhAuNxVr-tkJ6mQ6dYMDTY7ZUMG2ScD5QNiEMopYZ2O0gQZS6PYbjHNvJn0")
    assert proof["proofValue"].endswith(
        "YINy79kKRYKPmAHoHNXEECliRVtrBI0BehX7mdFRKDCh4AVgg4YIOZn1MHES1Z4Ij2hWZG3R4dEYBqg5fHTyDEvYhC3-EAAQFBw"
    )
