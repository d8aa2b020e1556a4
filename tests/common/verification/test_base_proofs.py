"""A base proof is its holder's: shown to others it is refused, whatever way it comes (VC-DI-ECDSA §3.6.5)."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from common.did import did_key
from common.formats import FORMATS
from common.formats.base import Holder, InvalidCredentialError, Secured
from common.formats.data_integrity import disclosure, pipeline
from common.formats.data_integrity.ldp_vc import LdpVc
from common.keys import PrivateKey
from common.verification import Verification
from common.verification.procedure import BASE_PROOF, Submission
from tests.common.formats.sd_jwt.salts import salts
from tests.common.verification.farmers_fixture import BINDING, FARMER, P256, SOURCES, one, respond, results
from tests.conftest import NOW

SUITE = LdpVc("ecdsa-sd-2023")
DISTRICT = ("credentialSubject", "district")


@pytest.fixture
def base(ana: PrivateKey) -> Mapping[str, Any]:
    bound = Holder(ana.public_key, did_key.encode(ana.public_key))
    secured = SUITE.issue(FARMER, signer=P256, holder=bound, sources=SOURCES, now=NOW, salt=salts())
    assert isinstance(secured, Mapping)
    assert disclosure.is_selective(secured)
    return secured


def refused(verification: Verification) -> None:
    assert (verification.verified, verification.exit_code) == (False, 1)
    assert results(verification)["signature"] == "failed"
    assert "its holder keeps" in verification.checks[-1].detail
    assert not verification.claims


def bearer(secured: Secured) -> Verification:
    return respond(Submission("farmer", "ldp_vc", secured, BINDING, holder_bound=False))


def test_shown_by_whoever_has_it(base: Mapping[str, Any]) -> None:
    refused(bearer(base))
    refused(bearer({**base, "proof": [base["proof"]]}))
    shown = FORMATS["ldp_vc"].show_without_binding(base, disclose=[DISTRICT], sources=SOURCES)
    passed = bearer(shown)
    assert passed.verified
    assert dict(passed.claims) == {"district": "Pisac"}


def test_beside_another_proof(base: Mapping[str, Any], ana: PrivateKey) -> None:
    """One derived proof more does not make the base proof one to be shown."""
    whole = disclosure.derive_whole(base, contexts=lambda url: SOURCES.context(url, issuer=FARMER.issuer))
    refused(bearer({**base, "proof": [whole["proof"], base["proof"]]}))


def test_shown_by_its_holder(base: Mapping[str, Any], ana: PrivateKey) -> None:
    """Within a presentation, asked for or found, that its holder signed."""
    signer = ana.named(did_key.key_method(ana.public_key))
    presented = SUITE.present(
        base, disclose=[DISTRICT], binding=BINDING, signer=signer, sources=SOURCES, now=NOW
    )
    assert isinstance(presented, Mapping)
    assert respond(Submission("farmer", "ldp_vc", presented, BINDING)).verified
    unsigned = {name: part for name, part in presented.items() if name != "proof"}
    unsigned["verifiableCredential"] = [base]
    options = pipeline.proof_options(
        signer=signer, purpose="authentication", created=NOW, domain=BINDING.audience, challenge=BINDING.nonce
    )
    whole = pipeline.add_proof(
        unsigned, options, signer=signer, contexts=lambda url: SOURCES.context(url, issuer=FARMER.issuer)
    )
    asked = respond(Submission("farmer", "ldp_vc", whole, BINDING))
    found = one(whole)
    for verification in (asked, found):
        assert (verification.verified, verification.exit_code) == (False, 1)


def test_found_alone(base: Mapping[str, Any]) -> None:
    refused(one(base))


def test_in_its_holders_own_file(base: Mapping[str, Any]) -> None:
    """What is derived from it and shows it all is verified, and what came is said plainly."""
    verification = one(base, as_holder=True)
    assert (verification.verified, verification.exit_code) == (True, 0)
    details = {check.check: check.detail for check in verification.checks}
    assert details["signature"] == BASE_PROOF
    assert not any(detail for name, detail in details.items() if name != "signature")
    bent = json.loads(json.dumps(base))
    bent["credentialSubject"]["district"] = "Lima"
    failed = one(bent, as_holder=True)
    assert results(failed)["signature"] == "failed"
    assert BASE_PROOF not in {check.detail for check in failed.checks}


def test_as_it_arrives_at_its_holder(base: Mapping[str, Any]) -> None:
    assert SUITE.verify_credential(base, sources=SOURCES, now=NOW).claims["district"] == "Pisac"
    with pytest.raises(InvalidCredentialError):
        disclosure.require_derived(base)
