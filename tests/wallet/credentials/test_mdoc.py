"""mdocs in the wallet: told in words and pictures, and taken from whom they should come."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from common.formats import FORMATS
from common.formats.mdoc.doctypes import MDL, PHOTO_ID
from common.keys import PrivateKey
from common.oid4vci.metadata import ConfigurationMetadata
from common.status.check import StatusOutcome
from tests.common.formats.fakes import StaticSources
from tests.common.formats.mdoc.mdoc_fixture import (
    ISSUER,
    LICENCE,
    PICTURE,
    SOURCES,
    SPACE,
    issue,
    pem,
    without_address,
)
from tests.conftest import NOW
from wallet.credentials import claim_display
from wallet.credentials.stored_credentials import ClaimLabel, StoredCredential, stored_credential
from wallet.issuance import key_proofs, received_credentials
from wallet.issuance.key_proofs import ProofMethod
from wallet.issuance.received_credentials import ReceivedCredentialError

OFFERED = ConfigurationMetadata(id="licence", format="mso_mdoc", doctype=MDL)


@pytest.fixture(autouse=True)
def _sources(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, SOURCES)
    monkeypatch.setattr(
        received_credentials,
        "check_credential_status",
        lambda credential, *, now: StatusOutcome("valid", "It stands."),
    )


def use(monkeypatch: pytest.MonkeyPatch, sources: StaticSources) -> None:
    monkeypatch.setattr(received_credentials, "sources", lambda: sources)


def take(
    secured: str, key: PrivateKey, *, offered: Any = OFFERED, issuer: str = ISSUER, now: datetime = NOW
) -> Any:
    return received_credentials.verify_received(secured, offered, issuer=issuer, key=key, now=now)


def held(key: PrivateKey) -> StoredCredential:
    secured = issue(holder=key)
    labels = (ClaimLabel((SPACE, "given_name"), "Given names"), ClaimLabel((SPACE, "portrait"), "Photograph"))
    return stored_credential(take(secured, key), id="1", secured=secured, labels=labels, key=key)


def test_in_words_and_pictures(ana: PrivateKey) -> None:
    rows = {row.label: row for row in claim_display.claim_rows(held(ana))}
    assert rows["Given names"].value == "Ana"
    assert rows["Photograph"].picture == PICTURE
    assert rows["Birth date"].value == "25 May 1990"
    assert rows["Issuing authority"].value == "Transit Office"
    assert rows["Blood donor"].value == "No"
    assert not any("org.iso" in label or "http" in label for label in rows)


def test_what_would_leave(ana: PrivateKey) -> None:
    copy = held(ana)
    asked = [(SPACE, "given_name"), ("other", "given_name")]
    seen = FORMATS[copy.format].preview(copy.secured, document=copy.document, disclose=asked)
    assert seen.document == seen.claims == {SPACE: {"given_name": "Ana"}}


def test_taken_from_the_office_that_offered_it(ana: PrivateKey) -> None:
    assert take(issue(holder=ana), ana).issuer == ISSUER
    with pytest.raises(ReceivedCredentialError, match="somebody other"):
        take(issue(holder=ana), ana, issuer="https://registry.example/issuers/health")


def test_taken_under_a_root_that_was_given_by_hand(ana: PrivateKey, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such an issuer is known by its root's subject alone, whatever address offers."""
    use(monkeypatch, replace(SOURCES, roots={}, anchors=[pem(without_address())]))
    assert take(issue(holder=ana), ana, issuer="https://elsewhere.example").issuer == "CN=Transit IACA,C=UT"


@pytest.mark.parametrize("doctype", [PHOTO_ID, "", "org.iso.18013.5.1"])
def test_another_kind_than_was_offered(ana: PrivateKey, doctype: str) -> None:
    secured = issue(replace(LICENCE, doctype=doctype), holder=ana)
    with pytest.raises(ReceivedCredentialError, match="another kind"):
        take(secured, ana)


def test_made_out_to_another(ana: PrivateKey, bruno: PrivateKey) -> None:
    with pytest.raises(ReceivedCredentialError, match="another holder"):
        take(issue(holder=bruno), ana)


def test_run_out(ana: PrivateKey) -> None:
    with pytest.raises(ReceivedCredentialError, match="already run out"):
        take(issue(holder=ana), ana, now=NOW + timedelta(days=366))


def test_the_device_has_a_key_that_everybody_reads() -> None:
    """On P-256 (HAIP 1.0 §7), named by a jwk in the proof: an mdoc binds a COSE_Key."""
    offered = replace(OFFERED, binding_methods=("cose_key",), proof_types={"jwt": ("EdDSA", "ES256")})
    assert key_proofs.choose_proof_method(offered) == ProofMethod("jwt", "P-256", "jwk", algorithm="ES256")
    assert key_proofs.choose_proof_method(replace(offered, binding_methods=("did:key",))) == ProofMethod(
        "jwt", "P-256", "did:key", algorithm="ES256"
    )
    assert key_proofs.choose_proof_method(replace(offered, proof_types={})) is None
