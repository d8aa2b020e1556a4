"""did:toy signs a credential that the procedure verifies."""

from dataclasses import replace
from datetime import datetime

import pytest

from common.adapters.documents.sources import resolve_did, sources
from common.did import ResolutionError
from common.did.methods import METHODS
from common.formats import FORMATS
from common.keys import PrivateKey
from common.status.check import StatusOutcome
from common.trust import TrustList
from common.trust.trust_list import TrustListEntry
from common.verification import verify_one
from tests.common.formats.data_integrity.conftest import CREDENTIAL
from tests.toys import did_toy


def test_without_its_line_it_is_not_known() -> None:
    with pytest.raises(ResolutionError, match="known: key"):
        resolve_did("did:toy:z6Mk")


def test_it_signs_what_is_verified(monkeypatch: pytest.MonkeyPatch, now: datetime, ana: PrivateKey) -> None:
    monkeypatch.setitem(METHODS, "toy", did_toy.resolve)
    issuer = did_toy.encode(ana.public_key)
    secured = FORMATS["vc+jwt"].issue(
        replace(CREDENTIAL, issuer=issuer, status=(), schema=None, context=()),
        signer=ana.named(f"{issuer}#0"),
        holder=None,
        sources=sources(),
        now=now,
        salt=str,
    )
    trust = TrustList((TrustListEntry(issuer, frozenset({"*"})),))
    verification = verify_one(
        secured,
        sources=sources(trust=trust),
        status=lambda credential, *, now: StatusOutcome("valid", ""),
        references=lambda credential: None,
        trust=trust,
        now=now,
    )
    assert verification.verified, verification.checks
    assert verification.credentials[0].issuer == issuer


def test_what_holds_no_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(METHODS, "toy", did_toy.resolve)
    with pytest.raises(ResolutionError) as caught:
        resolve_did("did:toy:nothing")
    assert caught.value.code == "invalidDid"
