"""ecdsa-sd-2023: what must not pass (VC-DI-ECDSA §3.4 to §3.6)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from common.encoding import cbor, multibase
from common.errors import InvalidSignatureError
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
from common.formats.data_integrity.rdfc_suites import ECDSA_RDFC_2019
from common.formats.data_integrity.selection import SelectionError
from common.keys import PrivateKey
from tests.common.formats.data_integrity.sd2023_fixture import (
    BOAT,
    HMAC_KEY,
    KEY,
    OPTIONS,
    boat_contexts,
    show,
    sign,
    verify,
    without,
)


def bent(proof: Mapping[str, Any], change: Callable[[DerivedValue], DerivedValue]) -> dict[str, Any]:
    return {**proof, "proofValue": serialize_derived(change(parse_derived(proof["proofValue"])))}


def refused(document: Mapping[str, Any], proof: Mapping[str, Any], words: str) -> None:
    with pytest.raises(InvalidSignatureError, match=words):
        verify(document, proof)


def test_a_base_proof_is_not_shown() -> None:
    refused(BOAT, sign(), "another kind")


def test_a_proof_of_the_whole_suite_is_not_one_of_parts() -> None:
    options = {**OPTIONS, "cryptosuite": "ecdsa-rdfc-2019"}
    proof = ECDSA_RDFC_2019.create_proof(BOAT, options, signer=KEY, contexts=boat_contexts)
    refused(BOAT, {**proof, "cryptosuite": "ecdsa-sd-2023"}, "base64url")


def test_another_issuer() -> None:
    with pytest.raises(InvalidSignatureError):
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
        value = parse_derived(proof["proofValue"])
        signatures = change(value.signatures)
        changed = bent(proof, partial(replace, signatures=signatures))
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
        refused(shown, bent(proof, partial(replace, labels=changed)), "label map")


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
        with pytest.raises(InvalidSignatureError, match="number of signatures"):
            show("/credentialSubject/sail", base=base)
    base = {**OPTIONS, "proofValue": serialize_base(replace(value, mandatory_pointers=("/nothing",)))}
    with pytest.raises(SelectionError):
        show("/credentialSubject/sail", base=base)
    with pytest.raises(InvalidSignatureError):
        parse_base(show("/credentialSubject/sail")[1]["proofValue"])
