"""The one procedure over mdocs: each attack ends at the step that must stop it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from common.encoding import base64url
from common.formats.base import Binding, VerifiedCredential
from common.formats.mdoc.doctypes import MDL, PHOTO_ID
from common.keys import PrivateKey, jwk
from common.oid4vp.session_transcript import redirect_transcript
from common.status.check import StatusOutcome
from common.trust import TrustList, TrustListEntry
from common.verification import Verification, verify_one, verify_response
from common.verification.procedure import Submission
from tests.common.formats.mdoc.mdoc_fixture import (
    ISSUER,
    LICENCE,
    SOURCES,
    SPACE,
    closed,
    issue,
    opened,
    present,
)
from tests.common.verification.farmers_fixture import none_asked
from tests.conftest import NOW

SESSION: dict[str, Any] = {
    "client_id": "x509_san_dns:clinic.example",
    "nonce": "nonce-1",
    "response_uri": "https://clinic.example/response",
    "encrypted_to": jwk.encode(PrivateKey("P-256", bytes(31) + b"\x05").public_key),
}
TRUST = TrustList((TrustListEntry(ISSUER, frozenset({MDL}), "Transit Office"),))
GIVEN: dict[str, Any] = {"sources": SOURCES, "references": none_asked, "trust": TRUST, "now": NOW}


def binding(**changes: Any) -> Binding:
    told = {**SESSION, **changes}
    return Binding(told["client_id"], told["nonce"], session_transcript=redirect_transcript(**told))


def status(state: str) -> Any:
    def of(credential: VerifiedCredential, *, now: datetime) -> StatusOutcome:
        return StatusOutcome(state, f"The list says {state}.")  # type: ignore[arg-type]

    return of


def respond(presented: str, **changes: Any) -> Verification:
    given = {**GIVEN, "status": status("valid")}
    submission = Submission("licence", "mso_mdoc", presented, changes.pop("binding", binding()))
    return verify_response([submission], satisfied=lambda found: None, **{**given, **changes})


def failed(verification: Verification) -> str:
    [check] = [check.check for check in verification.checks if check.result not in ("passed", "skipped")]
    return check


@pytest.fixture
def shown(ana: PrivateKey) -> str:
    return present(issue(holder=ana), ana, (SPACE, "given_name"), binding=binding())


def test_an_honest_answer(shown: str) -> None:
    verification = respond(shown)
    assert verification.verified
    assert verification.claims == {SPACE: {"given_name": "Ana"}}
    assert (verification.issuer, verification.format) == (ISSUER, "mso_mdoc")


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "x509_san_dns:mallory.example"},
        {"nonce": "nonce-2"},
        {"response_uri": "https://mallory.example/response"},
        {"encrypted_to": jwk.encode(PrivateKey("P-256", bytes(31) + b"\x66").public_key)},
        {"encrypted_to": None},
    ],
)
def test_an_answer_of_another_session(shown: str, change: dict[str, Any]) -> None:
    assert failed(respond(shown, binding=binding(**change))) == "binding"


def test_a_verifier_that_forgets_the_session(shown: str) -> None:
    assert failed(respond(shown, binding=Binding(SESSION["client_id"], SESSION["nonce"]))) == "binding"


def test_a_changed_element(shown: str) -> None:
    changed = base64url.decode(shown).replace(b"cAna", b"cEva")
    assert failed(respond(base64url.encode(changed))) == "signature"


def test_times(shown: str) -> None:
    for moment in (LICENCE.valid_from - timedelta(days=1), LICENCE.valid_until):
        assert moment is not None
        assert failed(respond(shown, now=moment)) == "validity"


def test_who_may_issue_what(shown: str) -> None:
    for trusted in (
        TrustListEntry(ISSUER, frozenset({PHOTO_ID})),
        TrustListEntry("https://x", frozenset({MDL})),
    ):
        assert failed(respond(shown, trust=TrustList((trusted,)))) == "trust"
    assert failed(respond(shown, trust=TrustList(houses=("https://registry.example/issuers",)))) == "trust"


def test_a_house_is_trusted_for_types_of_its_own(ana: PrivateKey) -> None:
    own = replace(LICENCE, doctype="")
    presented = present(issue(own, holder=ana), ana, binding=binding())
    assert respond(presented, trust=TrustList(houses=("https://registry.example/issuers",))).verified


def test_a_root_that_cannot_be_had_leaves_it_open(shown: str) -> None:
    verification = respond(shown, sources=replace(SOURCES, roots={}))
    assert (failed(verification), verification.exit_code) == ("signature", 3)


@pytest.mark.parametrize(("state", "code"), [("revoked", 2), ("suspended", 2), ("undetermined", 3)])
def test_status(shown: str, state: str, code: int) -> None:
    verification = respond(shown, status=status(state))
    assert (failed(verification), verification.status, verification.exit_code) == ("status", state, code)


def test_a_credential_is_no_answer(ana: PrivateKey) -> None:
    assert failed(respond(issue(holder=ana))) == "binding"


def test_found_without_the_request(shown: str, ana: PrivateKey) -> None:
    """The session is not known, so the device's signature says nothing; the issuer's counts."""
    given = {**GIVEN, "status": status("valid")}
    assert verify_one(issue(holder=ana), **given).verified
    found = verify_one(shown, **given)
    results = {check.check: check.result for check in found.checks}
    assert (results.pop("binding"), found.exit_code) == ("undetermined", 3)
    assert set(results.values()) == {"passed"}
    structure = opened(shown)
    structure["documents"][0]["issuerSigned"]["issuerAuth"][3] = bytes(64)
    assert failed(verify_one(closed(structure), **given)) == "signature"
    assert verify_one(shown, binding=binding(), **given).verified
