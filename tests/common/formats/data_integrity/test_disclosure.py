"""A credential whose holder shows single claims, from issuing to verifying a presentation."""

import dataclasses
import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from common.formats import FORMATS
from common.formats.base import Binding, BindingMismatchError, ExpiredError, InvalidCredentialError
from common.formats.data_integrity import disclosure, ecdsa_sd_2023, pipeline
from common.formats.data_integrity.ldp_vc import LdpVc
from common.formats.data_integrity.pipeline import ProofVerificationError
from common.formats.data_integrity.securing import secure_document
from common.formats.data_integrity.selection import SelectionError
from common.keys import PrivateKey
from common.rdf.statements import read_statements
from tests.common.formats.data_integrity.conftest import (
    BINDING,
    CONTEXT,
    CREDENTIAL,
    ISSUER,
    READ,
    TYPE,
    held,
    holder,
    no_salt,
)
from tests.common.formats.fakes import StaticSources, method
from tests.conftest import NOW

FORMAT = FORMATS["ldp_vc"]
SELECTIVE = LdpVc("ecdsa-sd-2023")
NAME = ("credentialSubject", "givenName")
BORN = ("credentialSubject", "birthDate")
CROPS = ("credentialSubject", "parcels", None, "crop")
Document = dict[str, Any]


@pytest.fixture
def p256() -> PrivateKey:
    return PrivateKey("P-256", b"\x05" * 32, f"{ISSUER}#p256")


@pytest.fixture
def sources(p256: PrivateKey, issuer_key: PrivateKey) -> StaticSources:
    return StaticSources(
        methods={key.key_id: method(key.key_id, key.public_key) for key in (p256, issuer_key)},
        published={ISSUER: {TYPE: CONTEXT}},
    )


@pytest.fixture
def base(p256: PrivateKey, sources: StaticSources, ana: PrivateKey) -> Document:
    """Ana's credential, of which she may hold back all claims but the farmer's number."""
    return issue(p256, sources, ana)


def issue(key: PrivateKey, sources: StaticSources, bound_to: PrivateKey, **change: Any) -> Document:
    change = {"disclosable": (("givenName",), ("birthDate",), ("parcels", None, "crop")), **change}
    issued = SELECTIVE.issue(
        dataclasses.replace(CREDENTIAL, **change),
        signer=key,
        holder=holder(bound_to),
        sources=sources,
        now=NOW,
        salt=no_salt,
    )
    assert isinstance(issued, dict)
    return issued


def present(
    secured: Document, *paths: Any, key: PrivateKey, sources: StaticSources, binding: Binding = BINDING
) -> Document:
    presented = FORMAT.present(
        secured, disclose=paths, binding=binding, signer=held(key), sources=sources, now=NOW
    )
    assert isinstance(presented, dict)
    return presented


def verify(presented: Document, sources: StaticSources, binding: Binding = BINDING) -> Any:
    (credential,) = FORMAT.verify_presentation(
        presented, binding=binding, sources=sources, now=NOW
    ).credentials
    return credential


def shown(presented: Document) -> Document:
    (credential,) = presented["verifiableCredential"]
    found: dict[str, Any] = credential
    return found


def test_the_holder_checks_what_arrived(base: Document, sources: StaticSources, ana: PrivateKey) -> None:
    verified = FORMAT.verify_credential(base, sources=sources, now=NOW)
    assert verified.claims == CREDENTIAL.claims
    assert verified.document == {name: value for name, value in base.items() if name != "proof"}
    assert verified.issuer == ISSUER
    assert verified.subject == holder(ana).did
    assert verified.types == ("https://www.w3.org/2018/credentials#VerifiableCredential", TYPE)
    assert len(verified.status) == 2


@pytest.mark.parametrize(
    ("paths", "claims"),
    [
        ((), {}),
        ((NAME,), {"givenName": "Ana"}),
        ((NAME, BORN), {"givenName": "Ana", "birthDate": "1990-05-25"}),
        ((CROPS,), {"parcels": [{"crop": "maíz"}, {"crop": "oca"}]}),
        ((("credentialSubject", "parcels", 0, "area"),), {"parcels": {"area": "1.5"}}),
        ((("credentialSubject", "parcels"),), {"parcels": READ["parcels"]}),
    ],
)
def test_exactly_what_was_asked_for_leaves(
    base: Document, sources: StaticSources, ana: PrivateKey, paths: Any, claims: Document
) -> None:
    presented = present(base, *paths, key=ana, sources=sources)
    verified = verify(presented, sources)
    assert verified.claims == {"farmerId": "F-0001", **claims}
    contexts = partial(sources.context, issuer=ISSUER)
    assert (
        verified.document
        == read_statements(disclosure.preview_disclosure(base, paths), contexts=contexts).document
    )
    hidden = [
        text
        for text in ("Ana", "1990-05-25", "maíz", "1.5")
        if text not in json.dumps(claims, ensure_ascii=False)
    ]
    text = json.dumps(presented, ensure_ascii=False)
    assert not [value for value in hidden if f'"{value}"' in text]


def test_what_a_verifier_needs_cannot_be_held_back(
    base: Document, sources: StaticSources, ana: PrivateKey
) -> None:
    verified = verify(present(base, key=ana, sources=sources), sources)
    assert verified.issuer == ISSUER
    assert verified.subject == holder(ana).did
    assert (verified.valid_from, verified.valid_until) == (CREDENTIAL.valid_from, CREDENTIAL.valid_until)
    assert {entry.purpose for entry in verified.status} == {"revocation", "suspension"}
    assert verified.document["credentialSchema"] == CREDENTIAL.schema
    assert "name" not in verified.document


def test_what_its_issuer_left_open_is_shown_nevertheless(
    p256: PrivateKey, sources: StaticSources, base: Document, ana: PrivateKey
) -> None:
    unsecured = {name: value for name, value in base.items() if name != "proof"}
    lax = secure_document(
        unsecured,
        signer=p256,
        sources=sources,
        now=NOW,
        suite="ecdsa-sd-2023",
        mandatory_pointers=["/issuer"],
    )
    verified = verify(present(lax, BORN, key=ana, sources=sources), sources)
    assert verified.claims == {"birthDate": "1990-05-25"}
    assert verified.valid_until == CREDENTIAL.valid_until
    assert len(verified.status) == 2


def test_all_of_it(base: Document, sources: StaticSources, ana: PrivateKey) -> None:
    presented = FORMAT.present(
        base, disclose=None, binding=BINDING, signer=held(ana), sources=sources, now=NOW
    )
    assert isinstance(presented, dict)
    assert verify(presented, sources).claims == READ
    assert not disclosure.is_selective(shown(presented))


def test_a_claim_that_is_not_there(base: Document, sources: StaticSources, ana: PrivateKey) -> None:
    with pytest.raises(SelectionError):
        present(base, ("credentialSubject", "familyName"), key=ana, sources=sources)


def test_a_whole_credential_has_no_parts(secured: Document) -> None:
    assert not disclosure.is_selective(secured)
    with pytest.raises(SelectionError):
        disclosure.preview_disclosure(secured, (NAME,))


def test_a_derived_credential_is_a_credential_and_not_to_be_cut_again(
    base: Document, sources: StaticSources, ana: PrivateKey
) -> None:
    part = shown(present(base, NAME, BORN, key=ana, sources=sources))
    assert FORMAT.verify_credential(part, sources=sources, now=NOW).claims["givenName"] == "Ana"
    with pytest.raises(SelectionError):
        disclosure.derive(part, (NAME,), contexts=lambda url: CONTEXT)


def test_a_base_proof_shown_to_a_verifier(base: Document, sources: StaticSources, ana: PrivateKey) -> None:
    presented = present(base, NAME, key=ana, sources=sources)
    unsigned = {name: value for name, value in presented.items() if name != "proof"}
    options = pipeline.proof_options(
        signer=held(ana), purpose="authentication", created=NOW, domain=BINDING.audience,
        challenge=BINDING.nonce,
    )  # fmt: skip
    again = pipeline.add_proof(
        {**unsigned, "verifiableCredential": [base]},
        options,
        signer=held(ana),
        contexts=lambda url: sources.context(url, issuer=ISSUER),
    )
    with pytest.raises(ProofVerificationError):
        verify(again, sources)


def test_a_derived_proof_shown_by_another(
    base: Document, sources: StaticSources, ana: PrivateKey, mallory: PrivateKey
) -> None:
    part = shown(present(base, NAME, key=ana, sources=sources))
    presentation = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": holder(mallory).did,
        "verifiableCredential": [part],
    }
    options = pipeline.proof_options(
        signer=held(mallory), purpose="authentication", created=NOW, domain=BINDING.audience,
        challenge=BINDING.nonce,
    )  # fmt: skip
    replayed = pipeline.add_proof(
        presentation,
        options,
        signer=held(mallory),
        contexts=lambda url: sources.context(url, issuer=ISSUER),
    )
    with pytest.raises(BindingMismatchError):
        verify(replayed, sources)


def test_a_presentation_for_another_request(base: Document, sources: StaticSources, ana: PrivateKey) -> None:
    presented = present(base, NAME, key=ana, sources=sources)
    for other in (
        Binding(BINDING.audience, "another"),
        Binding("x509_san_dns:mallory.example", BINDING.nonce),
    ):
        with pytest.raises(BindingMismatchError):
            verify(presented, sources, other)


def test_a_part_exchanged_within_a_presentation(
    base: Document, sources: StaticSources, ana: PrivateKey
) -> None:
    """The holder signed what is shown: nobody shows less, or more, in the holder's name."""
    presented = present(base, NAME, key=ana, sources=sources)
    other = shown(present(base, NAME, BORN, key=ana, sources=sources))
    with pytest.raises(ProofVerificationError):
        verify({**presented, "verifiableCredential": [other]}, sources)


def test_a_proof_of_another_credential(
    base: Document, p256: PrivateKey, sources: StaticSources, ana: PrivateKey
) -> None:
    first = shown(present(base, NAME, key=ana, sources=sources))
    other = issue(p256, sources, ana, claims={**CREDENTIAL.claims, "givenName": "Mallory"})
    second = shown(present(other, NAME, key=ana, sources=sources))
    with pytest.raises(ProofVerificationError):
        FORMAT.verify_credential({**first, "proof": second["proof"]}, sources=sources, now=NOW)


def test_it_expires(base: Document, sources: StaticSources) -> None:
    with pytest.raises(ExpiredError):
        FORMAT.verify_credential(base, sources=sources, now=NOW + timedelta(days=366))


def test_a_changed_base(base: Document, sources: StaticSources) -> None:
    for change in (
        {"credentialSubject": {**base["credentialSubject"], "givenName": "Mallory"}},
        {"credentialSubject": {**base["credentialSubject"], "farmerId": "F-0002"}},
        {"validUntil": "2099-01-01T00:00:00Z"},
        {"proof": {**base["proof"], "proofValue": base["proof"]["proofValue"][:-2]}},
        {"proof": {**base["proof"], "verificationMethod": f"{ISSUER}#key-1"}},
    ):
        with pytest.raises(InvalidCredentialError):
            FORMAT.verify_credential({**base, **change}, sources=sources, now=NOW)
    fewer = {name: value for name, value in base.items() if name != "validUntil"}
    with pytest.raises((InvalidCredentialError, SelectionError)):
        FORMAT.verify_credential(fewer, sources=sources, now=NOW)


def test_beside_another_proof_both_are_checked(
    base: Document, issuer_key: PrivateKey, sources: StaticSources, ana: PrivateKey
) -> None:
    contexts = lambda url: sources.context(url, issuer=ISSUER)  # noqa: E731
    options = pipeline.proof_options(signer=issuer_key, purpose="assertionMethod", created=NOW)
    both = pipeline.add_proof(base, options, signer=issuer_key, contexts=contexts)
    assert FORMAT.verify_credential(both, sources=sources, now=NOW).claims == CREDENTIAL.claims
    first, second = both["proof"]
    bent = {**both, "proof": [first, {**second, "created": "2020-01-01T00:00:00Z"}]}
    with pytest.raises(ProofVerificationError):
        FORMAT.verify_credential(bent, sources=sources, now=NOW)
    part = shown(present(both, NAME, key=ana, sources=sources))
    assert part["proof"]["cryptosuite"] == ecdsa_sd_2023.NAME
    assert FORMAT.verify_credential(part, sources=sources, now=NOW).claims["givenName"] == "Ana"
