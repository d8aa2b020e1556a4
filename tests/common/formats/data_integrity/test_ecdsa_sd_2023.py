"""ecdsa-sd-2023: the published vectors at every step, and what must not pass (VC-DI-ECDSA §3.4 to §3.6)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from common.encoding import cbor, multibase
from common.errors import InvalidSignature, SelloError, UnknownPart
from common.formats.data_integrity import ecdsa_sd_2023
from common.formats.data_integrity.ecdsa_sd_2023_value import (
    BASE_HEADER,
    DERIVED_HEADER,
    DerivedValue,
    multikey_bytes,
    parse_base,
    parse_derived,
    serialize_base,
    serialize_derived,
)
from common.formats.data_integrity.grouping import hmac_statements
from common.formats.data_integrity.rdfc_suites import ECDSA_RDFC_2019
from common.formats.data_integrity.selection import SelectionError, select
from common.keys import PrivateKey, multikey
from common.rdf.contexts import CREDENTIALS_V2, type_context
from tests.common.rdf.examples import contexts
from tests.conftest import shared

HMAC_KEY = bytes.fromhex("00112233445566778899aabbccddeeff" * 2)
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
    assert select(vector.document, MANDATORY + SELECTIVE) == vector.read("derivedUnsignedReveal.json")
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
    assert ecdsa_sd_2023.verify_proof(document, proof, key=key, contexts=contexts) == document


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


# What follows needs no published file.

TYPE = "https://registry.example/types/Boat"
TERMS = type_context(
    type_url=TYPE,
    type_name="Boat",
    terms={
        "sail": None,
        "owner": None,
        "boards": {"terms": {"year": None, "maker": None}},
        "log": {"list": True},
    },
)
KEY = PrivateKey("P-256", b"\x07" * 32, "did:example:issuer#key")
BOAT = {
    "@context": [CREDENTIALS_V2, TYPE],
    "type": ["VerifiableCredential", "Boat"],
    "issuer": "did:example:issuer",
    "validFrom": "2026-01-01T00:00:00Z",
    "credentialSubject": {
        "id": "did:example:ana",
        "sail": "PE-101",
        "owner": "Ana",
        "boards": [
            {"year": 2020, "maker": "Wayra"},
            {"year": 2021, "maker": "Wayra"},
            {"year": 2020, "maker": "Wayra"},
        ],
        "log": ["out", "in", "out"],
    },
}
OPTIONS = {
    "type": "DataIntegrityProof",
    "cryptosuite": "ecdsa-sd-2023",
    "verificationMethod": KEY.key_id,
    "proofPurpose": "assertionMethod",
}


def boat_contexts(url: str) -> Mapping[str, Any]:
    return TERMS if url == TYPE else contexts(url)


def without(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != name}


def sign(document: Mapping[str, Any] = BOAT, **options: Any) -> dict[str, Any]:
    return ecdsa_sd_2023.create_proof(
        document,
        {**OPTIONS, **options},
        signer=KEY,
        contexts=boat_contexts,
        hmac_key=HMAC_KEY,
        proof_key=PrivateKey("P-256", b"\x08" * 32),
    )


def show(
    *pointers: str, base: Mapping[str, Any] | None = None, document: Mapping[str, Any] = BOAT
) -> tuple[dict[str, Any], dict[str, Any]]:
    return ecdsa_sd_2023.derive_proof(
        document, base or sign(document), pointers=pointers, contexts=boat_contexts
    )


def verify(document: Mapping[str, Any], proof: Mapping[str, Any], key: PrivateKey = KEY) -> None:
    ecdsa_sd_2023.verify_proof(document, proof, key=key.public_key, contexts=boat_contexts)


def bent(proof: Mapping[str, Any], change: Callable[[DerivedValue], DerivedValue]) -> dict[str, Any]:
    return {**proof, "proofValue": serialize_derived(change(parse_derived(proof["proofValue"])))}


def refused(document: Mapping[str, Any], proof: Mapping[str, Any], words: str) -> None:
    with pytest.raises(InvalidSignature, match=words):
        verify(document, proof)


def test_the_default_shows_what_a_verifier_needs() -> None:
    document = {
        **BOAT,
        "validUntil": "2027-01-01T00:00:00Z",
        "credentialStatus": [
            {
                "id": "urn:example:status",
                "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation",
                "statusListIndex": "3",
                "statusListCredential": "https://registry.example/status/1",
            }
        ],
        "credentialSchema": {"id": "https://registry.example/schema", "type": "JsonSchema"},
        "name": "Boat",
    }
    shown, proof = show(document=document, base=sign(document))
    verify(shown, proof)
    assert shown == {**without(document, "name"), "credentialSubject": {"id": "did:example:ana"}}


def test_one_claim() -> None:
    shown, proof = show("/credentialSubject/sail")
    verify(shown, proof)
    assert shown["credentialSubject"] == {"id": "did:example:ana", "sail": "PE-101"}
    assert len(parse_derived(proof["proofValue"]).signatures) == 1


@pytest.mark.parametrize("number", [0, 1, 2])
def test_one_of_several_that_are_alike(number: int) -> None:
    shown, proof = show(f"/credentialSubject/boards/{number}/year")
    verify(shown, proof)
    board = {"year": BOAT["credentialSubject"]["boards"][number]["year"]}
    assert shown["credentialSubject"]["boards"] == [board]


def test_twins_are_told_apart_alike_by_issuer_and_holder() -> None:
    base = sign(mandatoryPointers=["/issuer", "/credentialSubject/boards/0"])
    shown, proof = show("/credentialSubject/boards/2/maker", base=base)
    verify(shown, proof)
    assert shown["credentialSubject"]["boards"] == [{"year": 2020, "maker": "Wayra"}, {"maker": "Wayra"}]


def test_a_list_whose_order_counts_is_shown_whole_or_not_at_all() -> None:
    shown, proof = show("/credentialSubject/log")
    verify(shown, proof)
    with pytest.raises(SelectionError):
        show("/credentialSubject/log/1")


def test_all_and_nothing() -> None:
    shown, proof = show(*ecdsa_sd_2023.whole(BOAT))
    assert shown == BOAT
    verify(shown, proof)
    with pytest.raises(SelectionError):
        show(base=sign(mandatoryPointers=[]))


def test_what_the_holder_does_not_have_cannot_be_shown() -> None:
    with pytest.raises(SelectionError):
        show("/credentialSubject/captain")
    with pytest.raises(SelectionError):
        sign(mandatoryPointers="/issuer")
    with pytest.raises(SelectionError):
        sign(mandatoryPointers=["/captain"])


def test_names_of_blank_nodes_in_the_document_are_refused() -> None:
    document = {**BOAT, "credentialSubject": {**BOAT["credentialSubject"], "id": "_:n0"}}
    with pytest.raises(SelloError) as caught:
        sign(document)
    assert caught.value.code == "PROOF_TRANSFORMATION_ERROR"


def test_each_proof_has_keys_of_its_own() -> None:
    first, second = (
        parse_base(
            ecdsa_sd_2023.create_proof(BOAT, OPTIONS, signer=KEY, contexts=boat_contexts)["proofValue"]
        )
        for _ in range(2)
    )
    assert first.key != second.key
    assert first.hmac_key != second.hmac_key


def test_keys_of_another_curve() -> None:
    for curve in ("P-384", "Ed25519"):
        size = 48 if curve == "P-384" else 32
        other = PrivateKey(curve, b"\x01" * size, KEY.key_id)
        with pytest.raises(UnknownPart):
            ecdsa_sd_2023.create_proof(BOAT, OPTIONS, signer=other, contexts=boat_contexts)
        with pytest.raises(UnknownPart):
            verify(*show("/credentialSubject/sail"), key=other)


# Attacks.


def test_a_base_proof_is_not_shown() -> None:
    refused(BOAT, sign(), "another kind")


def test_a_proof_of_the_whole_suite_is_not_one_of_parts() -> None:
    options = {**OPTIONS, "cryptosuite": "ecdsa-rdfc-2019"}
    proof = ECDSA_RDFC_2019.create_proof(BOAT, options, signer=KEY, contexts=boat_contexts)
    refused(BOAT, {**proof, "cryptosuite": "ecdsa-sd-2023"}, "base64url")


def test_another_issuer() -> None:
    with pytest.raises(InvalidSignature):
        verify(*show("/credentialSubject/sail"), key=PrivateKey("P-256", b"\x09" * 32))


def test_a_changed_claim() -> None:
    shown, proof = show("/credentialSubject/sail")
    refused({**shown, "credentialSubject": {**shown["credentialSubject"], "sail": "PE-102"}}, proof, "match")


def test_a_changed_proof_option() -> None:
    shown, proof = show("/credentialSubject/sail")
    refused(shown, {**proof, "proofPurpose": "authentication"}, "match")


def test_a_mandatory_statement_left_out() -> None:
    shown, proof = show("/credentialSubject/sail")
    refused(without(shown, "validFrom"), proof, "number|not there|match")
    fewer = bent(proof, lambda value: replace(value, mandatory_indexes=value.mandatory_indexes[:-1]))
    refused(without(shown, "validFrom"), fewer, "match|number")


def test_a_mandatory_statement_passed_off_as_chosen() -> None:
    shown, proof = show("/credentialSubject/sail")

    def pass_off(value: DerivedValue) -> DerivedValue:
        return replace(
            value, mandatory_indexes=value.mandatory_indexes[1:], signatures=(*value.signatures,) * 2
        )

    refused(shown, bent(proof, pass_off), "match")


def test_a_claim_that_was_added() -> None:
    shown, proof = show("/credentialSubject/sail")
    more = {**shown, "credentialSubject": {**shown["credentialSubject"], "owner": "Mallory"}}
    refused(more, proof, "number")
    twice = bent(proof, lambda value: replace(value, signatures=value.signatures * 2))
    refused(more, twice, "match")


def test_another_number_of_signatures() -> None:
    shown, proof = show("/credentialSubject/sail", "/credentialSubject/owner")
    for change in (lambda signatures: signatures[:1], lambda signatures: (*signatures, signatures[0])):
        changed = bent(
            proof, lambda value, change=change: replace(value, signatures=change(value.signatures))
        )
        refused(shown, changed, "number of signatures")


def test_signatures_exchanged() -> None:
    shown, proof = show("/credentialSubject/sail", "/credentialSubject/owner")
    refused(shown, bent(proof, lambda value: replace(value, signatures=value.signatures[::-1])), "match")


def test_a_key_of_the_holders_own() -> None:
    """Whoever signs statements with a key of his own would still need the issuer to vouch for it."""
    own = PrivateKey("P-256", b"\x0a" * 32)
    _, proof = show("/credentialSubject/sail")
    document = {**BOAT, "credentialSubject": {**BOAT["credentialSubject"], "sail": "PE-999"}}
    forged, forged_proof = show(
        "/credentialSubject/sail",
        document=document,
        base=ecdsa_sd_2023.create_proof(
            document, OPTIONS, signer=own, contexts=boat_contexts, hmac_key=HMAC_KEY, proof_key=own
        ),
    )
    genuine = parse_derived(proof["proofValue"]).signature
    refused(forged, bent(forged_proof, lambda value: replace(value, signature=genuine)), "match")


def boards() -> tuple[dict[str, Any], dict[str, Any]]:
    return show("/credentialSubject/boards/0/year", "/credentialSubject/boards/1/maker")


def test_the_label_map_exchanged() -> None:
    shown, proof = boards()
    value = parse_derived(proof["proofValue"])
    names = list(value.labels)
    exchanged = dict(zip(names, reversed([value.labels[name] for name in names]), strict=True))
    assert exchanged != value.labels
    refused(shown, bent(proof, lambda value: replace(value, labels=exchanged)), "match")


def test_two_nodes_under_one_label() -> None:
    shown, proof = boards()
    value = parse_derived(proof["proofValue"])
    one = dict.fromkeys(value.labels, next(iter(value.labels.values())))
    refused(shown, bent(proof, lambda value: replace(value, labels=one)), "label map")


def test_one_node_shown_as_two() -> None:
    """Each statement would have its signature; only the labels tell that both speak of one board."""
    shown, proof = show("/credentialSubject/boards/1")
    subject = shown["credentialSubject"]
    split = {**shown, "credentialSubject": {**subject, "boards": [{"year": 2021}, {"maker": "Wayra"}]}}
    refused(split, proof, "label map")
    label = next(iter(parse_derived(proof["proofValue"]).labels.values()))
    labels = {"c14n0": label, "c14n1": label, "c14n2": label}
    refused(split, bent(proof, lambda value: replace(value, labels=labels)), "label map")


def test_labels_too_few_and_too_many() -> None:
    shown, proof = boards()
    for labels in ({}, {"c14n7": "u" + "A" * 43}):
        value = parse_derived(proof["proofValue"])
        changed = labels and {**value.labels, **labels}
        refused(
            shown, bent(proof, lambda value, changed=changed: replace(value, labels=changed)), "label map"
        )


@pytest.mark.parametrize(
    "indexes", [(0, 0, 1), (1, 0), (-1,), (10_001,), (True,), ("0",), (2**70,), 7, {"0": 0}]
)
def test_indexes_that_do_not_count(indexes: Any) -> None:
    shown, proof = show("/credentialSubject/sail")
    refused(
        shown, with_component(proof, 4, list(indexes) if isinstance(indexes, tuple) else indexes), "proof"
    )


def test_indexes_of_statements_that_are_not_there() -> None:
    shown, proof = show("/credentialSubject/sail")
    refused(shown, with_component(proof, 4, [0, 1, 99]), "not there")


def with_component(proof: Mapping[str, Any], place: int, value: Any) -> dict[str, Any]:
    components = cbor.decode(multibase.decode(proof["proofValue"])[3:])
    components[place] = value
    return {
        **proof,
        "proofValue": multibase.encode_base64url(DERIVED_HEADER + cbor.encode(components)),
    }


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, b"\0" * 63),
        (0, "x" * 64),
        (0, 0),
        (1, b"\0" * 35),
        (1, b"\x80\x24" + b"\x02" * 32),
        (1, b"\x80\x24\x02" + b"\xff" * 32),
        (1, multikey_bytes(KEY.public_key) + b"\0"),
        (1, None),
        (2, [b"\0" * 65]),
        (2, [["x"]]),
        (2, b"\0" * 64),
        (2, [b"\0" * 64] * 10_001),
        (3, [b"\0" * 32]),
        (3, {0: b"\0" * 31}),
        (3, {"c14n0": b"\0" * 32}),
        (3, {-1: b"\0" * 32}),
        (3, {number: number.to_bytes(32, "big") for number in range(2_001)}),
        (4, None),
    ],
)
def test_parts_of_another_shape(place: int, value: Any) -> None:
    shown, proof = show("/credentialSubject/sail")
    refused(shown, with_component(proof, place, value), "proof|bytes|signatures")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xd9\x5d",
        b"\xd9\x5d\x02\x80",
        DERIVED_HEADER,
        DERIVED_HEADER + b"\x80",
        DERIVED_HEADER + cbor.encode([b"", b"", [], {}, [], 0]),
        DERIVED_HEADER + cbor.encode({0: b""}),
        DERIVED_HEADER + b"\x85" + b"\x9b" + b"\xff" * 8,
        DERIVED_HEADER + b"\x81" * 100_000,
        DERIVED_HEADER + b"\xd8\x18\x40",
        DERIVED_HEADER + b"\x9f\xff",
        BASE_HEADER + cbor.encode([b"", b"", b"", [], []]),
        DERIVED_HEADER + b"\0" * 1_000_001,
    ],
)
def test_bytes_that_are_no_proof_value(data: bytes) -> None:
    shown, proof = show("/credentialSubject/sail")
    refused(shown, {**proof, "proofValue": multibase.encode_base64url(data)}, "proof value|kind|read")


def test_cut_and_swollen() -> None:
    shown, proof = show("/credentialSubject/sail")
    data = multibase.decode(proof["proofValue"])
    for changed in (data[:-1], data + b"\0", data[: len(data) // 2]):
        refused(shown, {**proof, "proofValue": multibase.encode_base64url(changed)}, "read")
    for text in (multibase.encode(data), proof["proofValue"] + "=", proof["proofValue"][1:], None, 7):
        refused(shown, {**proof, "proofValue": text}, "base64url|read")


def test_a_base_proof_that_is_not_whole() -> None:
    value = parse_base(sign()["proofValue"])
    for signatures in (value.signatures[1:], (*value.signatures, value.signatures[0])):
        base = {**OPTIONS, "proofValue": serialize_base(replace(value, signatures=signatures))}
        with pytest.raises(InvalidSignature, match="number of signatures"):
            show("/credentialSubject/sail", base=base)
    base = {**OPTIONS, "proofValue": serialize_base(replace(value, mandatory_pointers=("/nothing",)))}
    with pytest.raises(SelectionError):
        show("/credentialSubject/sail", base=base)
    with pytest.raises(InvalidSignature):
        parse_base(show("/credentialSubject/sail")[1]["proofValue"])
