"""eddsa-toy-2026 secures a credential, presents it, and is asked for by its name."""

from datetime import datetime
from typing import Any

import pytest

from common.formats import FORMATS
from common.formats.data_integrity import SUITES
from common.formats.data_integrity.ldp_vc import LdpVc
from common.formats.data_integrity.pipeline import ProofVerificationError
from common.keys import PrivateKey
from tests.common.formats.data_integrity.conftest import (
    BINDING,
    CONTEXT,
    CREDENTIAL,
    ISSUER,
    TYPE,
    held,
    holder,
    no_salt,
)
from tests.common.formats.fakes import StaticSources, method
from tests.toys.eddsa_toy_2026 import EDDSA_TOY_2026

KEY = PrivateKey("Ed25519", b"\x01" * 32, f"{ISSUER}#key-1")


@pytest.fixture
def sources() -> StaticSources:
    """The issuer's key, and its type's context."""
    return StaticSources(
        methods={KEY.key_id: method(KEY.key_id, KEY.public_key)}, published={ISSUER: {TYPE: CONTEXT}}
    )


@pytest.fixture
def secured(monkeypatch: pytest.MonkeyPatch, now: datetime, ana: PrivateKey, sources: StaticSources) -> Any:
    """A credential under the toy suite."""
    monkeypatch.setitem(SUITES, EDDSA_TOY_2026.NAME, EDDSA_TOY_2026)
    return LdpVc(EDDSA_TOY_2026.NAME).issue(
        CREDENTIAL, signer=KEY, holder=holder(ana), sources=sources, now=now, salt=no_salt
    )


def test_a_credential_goes_there_and_back(secured: Any, now: datetime, sources: StaticSources) -> None:
    assert secured["proof"]["cryptosuite"] == "eddsa-toy-2026"
    verified = FORMATS["ldp_vc"].verify_credential(secured, sources=sources, now=now)
    assert verified.claims == CREDENTIAL.claims


def test_its_signature_is_no_other_suites(secured: Any, now: datetime, sources: StaticSources) -> None:
    secured["proof"]["cryptosuite"] = "eddsa-jcs-2022"
    with pytest.raises(ProofVerificationError):
        FORMATS["ldp_vc"].verify_credential(secured, sources=sources, now=now)


def test_it_is_presented(secured: Any, now: datetime, ana: PrivateKey, sources: StaticSources) -> None:
    presented = FORMATS["ldp_vc"].present(
        secured,
        disclose=None,
        binding=BINDING,
        signer=held(ana),
        sources=sources,
        now=now,
    )
    shown = FORMATS["ldp_vc"].verify_presentation(presented, binding=BINDING, sources=sources, now=now)
    assert shown.credentials[0].claims == CREDENTIAL.claims
