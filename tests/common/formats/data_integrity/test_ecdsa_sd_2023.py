"""ecdsa-sd-2023: what a holder shows of a credential, and what cannot be shown (VC-DI-ECDSA §3.4 to §3.6)."""

import pytest

from common.errors import SelloError, UnknownPartError
from common.formats.data_integrity import ecdsa_sd_2023
from common.formats.data_integrity.ecdsa_sd_2023_value import parse_base, parse_derived
from common.formats.data_integrity.selection import SelectionError
from common.keys import PrivateKey
from tests.common.formats.data_integrity.sd2023_fixture import (
    BOAT,
    KEY,
    OPTIONS,
    boat_contexts,
    show,
    sign,
    verify,
    without,
)


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
    shown, proof = show(*ecdsa_sd_2023.all_pointers(BOAT))
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
        with pytest.raises(UnknownPartError):
            ecdsa_sd_2023.create_proof(BOAT, OPTIONS, signer=other, contexts=boat_contexts)
        with pytest.raises(UnknownPartError):
            verify(*show("/credentialSubject/sail"), key=other)
