"""Credentials shown by their holder; and each way in which that must fail."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from common.did import did_key
from common.encoding import base64url
from common.errors import SelloError
from common.formats.base import Binding, BindingMismatchError, ExpiredError, InvalidCredentialError
from common.formats.data_integrity import ldp_vc, pipeline
from common.formats.data_integrity.pipeline import ProofVerificationError
from common.keys import PrivateKey
from common.rdf.contexts import CREDENTIALS_V2
from common.rdf.terms import TRANSACTION_DATA_HASHES
from tests.common.formats.data_integrity.conftest import BINDING, CREDENTIAL, ISSUER, held
from tests.common.formats.data_integrity.issuing import FORMAT, Document, issue
from tests.common.formats.fakes import StaticSources
from tests.conftest import NOW


def present(
    secured: Document, key: PrivateKey, sources: StaticSources, binding: Binding = BINDING
) -> Document:
    presented = FORMAT.present(
        secured, disclose=None, binding=binding, signer=held(key), sources=sources, now=NOW
    )
    assert isinstance(presented, dict)
    return presented


def sign_presentation(
    document: Document, key: PrivateKey, sources: StaticSources, **options: Any
) -> Document:
    """What a wallet that minds no rule could send: any presentation, with a proof that holds."""
    given = pipeline.proof_options(
        signer=held(key),
        purpose="authentication",
        created=NOW,
        domain=BINDING.audience,
        challenge=BINDING.nonce,
    )
    bare = {name: value for name, value in document.items() if name != "proof"}
    return pipeline.add_proof(
        bare, given | options, signer=held(key), contexts=lambda url: sources.context(url, issuer=ISSUER)
    )


def test_a_presentation(secured: Document, sources: StaticSources, ana: PrivateKey) -> None:
    presented = present(secured, ana, sources)
    assert presented["proof"]["challenge"] == BINDING.nonce
    assert presented["proof"]["domain"] == BINDING.audience
    assert presented["proof"]["cryptosuite"] == "ecdsa-rdfc-2019"
    shown = FORMAT.verify_presentation(presented, binding=BINDING, sources=sources, now=NOW)
    assert shown.holder == did_key.encode(ana.public_key)
    assert shown.credentials == (FORMAT.verify_credential(secured, sources=sources, now=NOW),)
    assert shown.transaction_data == ()


def test_a_holder_with_an_ed25519_key(issuer_key: PrivateKey, sources: StaticSources) -> None:
    ana = PrivateKey("Ed25519", b"\x0a" * 32)
    presented = present(issue(issuer_key, sources, ana), ana, sources)
    assert presented["proof"]["cryptosuite"] == "eddsa-rdfc-2022"
    FORMAT.verify_presentation(presented, binding=BINDING, sources=sources, now=NOW)


@pytest.mark.parametrize(
    "binding",
    [
        dataclasses.replace(BINDING, nonce="another"),
        dataclasses.replace(BINDING, nonce=""),
        dataclasses.replace(BINDING, audience="x509_san_dns:mallory.example"),
    ],
)
def test_a_presentation_for_another_request(
    binding: Binding, secured: Document, sources: StaticSources, ana: PrivateKey
) -> None:
    presented = present(secured, ana, sources)
    with pytest.raises(BindingMismatchError):
        FORMAT.verify_presentation(presented, binding=binding, sources=sources, now=NOW)


def test_only_its_holder_shows_a_credential(
    secured: Document, sources: StaticSources, ana: PrivateKey, mallory: PrivateKey
) -> None:
    with pytest.raises(BindingMismatchError):
        present(secured, mallory, sources)
    presented = present(secured, ana, sources)
    stolen = sign_presentation(presented | {"holder": did_key.encode(mallory.public_key)}, mallory, sources)
    with pytest.raises(BindingMismatchError):
        FORMAT.verify_presentation(stolen, binding=BINDING, sources=sources, now=NOW)
    posing = sign_presentation(presented, mallory, sources)  # says it is Ana, signs with its own key
    with pytest.raises(ProofVerificationError):
        FORMAT.verify_presentation(posing, binding=BINDING, sources=sources, now=NOW)


def test_every_credential_shown_is_the_holders(
    secured: Document, issuer_key: PrivateKey, sources: StaticSources, ana: PrivateKey, bruno: PrivateKey
) -> None:
    brunos = issue(issuer_key, sources, bruno)
    presented = present(secured, ana, sources)
    mixed = sign_presentation(presented | {"verifiableCredential": [secured, brunos]}, ana, sources)
    with pytest.raises(BindingMismatchError):
        FORMAT.verify_presentation(mixed, binding=BINDING, sources=sources, now=NOW)
    bearers = issue(issuer_key, sources)
    with pytest.raises(BindingMismatchError):
        present(bearers, ana, sources)
    unbound = sign_presentation(presented | {"verifiableCredential": [bearers]}, ana, sources)
    with pytest.raises(BindingMismatchError):
        FORMAT.verify_presentation(unbound, binding=BINDING, sources=sources, now=NOW)


def test_two_credentials_of_one_holder(
    secured: Document, issuer_key: PrivateKey, sources: StaticSources, ana: PrivateKey
) -> None:
    other = issue(issuer_key, sources, ana, id="urn:uuid:2")
    both = sign_presentation(
        present(secured, ana, sources) | {"verifiableCredential": [secured, other]}, ana, sources
    )
    shown = FORMAT.verify_presentation(both, binding=BINDING, sources=sources, now=NOW)
    assert [credential.id for credential in shown.credentials] == [CREDENTIAL.id, "urn:uuid:2"]


SWOLLEN: dict[str, Any] = {
    "no credential": {"verifiableCredential": []},
    "none at all": {"verifiableCredential": None},
    "a credential by reference": {"verifiableCredential": ["urn:uuid:1"]},
    "no holder": {"holder": None},
    "no proof": {"proof": None},
    "a term of nobody": {"remark": "x"},
    "another type": {"type": ["VerifiableCredential"]},
    "a context written in": {"@context": [CREDENTIALS_V2, {"remark": "urn:x:remark"}]},
    "transaction data": {TRANSACTION_DATA_HASHES: ["x"]},
    "an identifier": {"id": "urn:uuid:3"},
}


@pytest.mark.parametrize("change", SWOLLEN.values(), ids=SWOLLEN.keys())
def test_tampered_presentations(
    change: Document, secured: Document, sources: StaticSources, ana: PrivateKey
) -> None:
    tampered = present(secured, ana, sources) | change
    tampered = {name: value for name, value in tampered.items() if value is not None}
    with pytest.raises(SelloError):
        FORMAT.verify_presentation(tampered, binding=BINDING, sources=sources, now=NOW)


def test_a_swollen_presentation(secured: Document, sources: StaticSources, ana: PrivateKey) -> None:
    many = {"verifiableCredential": [secured] * (ldp_vc.MAX_CREDENTIALS + 1)}
    with pytest.raises(InvalidCredentialError, match="up to"):
        FORMAT.verify_presentation(
            present(secured, ana, sources) | many, binding=BINDING, sources=sources, now=NOW
        )


def test_a_credential_in_it_is_verified_too(
    secured: Document, sources: StaticSources, ana: PrivateKey
) -> None:
    subject = secured["credentialSubject"] | {"farmerId": "F-0002"}
    forged = present(secured | {"credentialSubject": subject}, ana, sources)
    with pytest.raises(ProofVerificationError):
        FORMAT.verify_presentation(forged, binding=BINDING, sources=sources, now=NOW)


def test_a_credential_shown_as_if_it_were_a_sign_in(
    secured: Document, sources: StaticSources, ana: PrivateKey
) -> None:
    """A proof made to assert is not one made to authenticate."""
    presented = sign_presentation(
        present(secured, ana, sources), ana, sources, proofPurpose="assertionMethod"
    )
    with pytest.raises(ProofVerificationError):
        FORMAT.verify_presentation(presented, binding=BINDING, sources=sources, now=NOW)


def test_an_old_presentation_of_an_expired_credential(
    secured: Document, sources: StaticSources, ana: PrivateKey
) -> None:
    presented = present(secured, ana, sources)
    with pytest.raises(ExpiredError):
        FORMAT.verify_presentation(presented, binding=BINDING, sources=sources, now=NOW + timedelta(days=366))


def test_transaction_data_is_signed_by_the_holder(
    secured: Document, sources: StaticSources, ana: PrivateKey
) -> None:
    entries = tuple(base64url.encode(b'{"type":"payment","amount":"%d"}' % amount) for amount in (10, 20))
    asked = dataclasses.replace(BINDING, transaction_data=entries)
    presented = present(secured, ana, sources, asked)
    assert presented[TRANSACTION_DATA_HASHES][0] == "QCbxslQbQ2UWFKC9J6HTuM8H8cEcau9lEny26O0AIFk"
    shown = FORMAT.verify_presentation(presented, binding=asked, sources=sources, now=NOW)
    assert shown.transaction_data == entries

    one = present(secured, ana, sources, dataclasses.replace(BINDING, transaction_data=entries[1:]))
    shown = FORMAT.verify_presentation(one, binding=asked, sources=sources, now=NOW)
    assert shown.transaction_data == entries[1:]
    none = present(secured, ana, sources)
    assert FORMAT.verify_presentation(none, binding=asked, sources=sources, now=NOW).transaction_data == ()

    with pytest.raises(BindingMismatchError):  # signed something that this request did not ask for
        FORMAT.verify_presentation(presented, binding=BINDING, sources=sources, now=NOW)
    for hashes in (presented[TRANSACTION_DATA_HASHES][:1], None):
        changed = presented | {TRANSACTION_DATA_HASHES: hashes}
        changed = {name: value for name, value in changed.items() if value is not None}
        with pytest.raises(ProofVerificationError):  # hashes taken away after signing
            FORMAT.verify_presentation(changed, binding=asked, sources=sources, now=NOW)
