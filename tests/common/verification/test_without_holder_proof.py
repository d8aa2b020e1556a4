"""A credential without a holder's signature passes where none was asked for, and there alone."""

import pytest

from common.formats import FORMATS
from common.formats.base import Binding
from common.keys import PrivateKey
from common.verification.procedure import Submission
from tests.common.verification.farmers_fixture import (
    BINDING,
    FORMAT_NAMES,
    SOURCES,
    issue,
    refused,
    respond,
    results,
    show,
    tampered,
)


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_naked_credential_is_no_presentation(name: str, ana: PrivateKey) -> None:
    refused(respond(Submission("farmer", name, issue(name, ana), BINDING)), "binding")


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_naked_credential_where_no_signature_was_asked_for(name: str, ana: PrivateKey) -> None:
    """OpenID4VP §5.3; the claims at `disclose` alone leave, and nobody is called its holder."""
    bare = FORMATS[name].show_without_binding(issue(name, ana), disclose=[("district",)], sources=SOURCES)
    verification = respond(Submission("farmer", name, bare, BINDING, holder_bound=False))
    assert verification.verified
    assert (results(verification)["binding"], verification.exit_code) == ("skipped", 0)
    assert verification.presentations["farmer"][0].holder == ""
    assert verification.claims["district"] == "Pisac"
    assert ("given_name" in verification.claims) is (name == "ldp_vc")
    refused(respond(Submission("farmer", name, bare, BINDING)), "binding")
    refused(respond(Submission("farmer", name, tampered(bare), BINDING, holder_bound=False)), "signature")


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_signature_that_was_not_asked_for_must_hold(name: str, ana: PrivateKey) -> None:
    shown = show(name, issue(name, ana), ana)
    assert respond(Submission("farmer", name, shown, BINDING, holder_bound=False)).verified
    elsewhere = Binding(BINDING.audience, "nonce-2")
    assert not respond(Submission("farmer", name, shown, elsewhere, holder_bound=False)).verified


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_naked_credential_beside_a_signed_one(name: str, ana: PrivateKey) -> None:
    bare, signed = issue(name, ana), show(name, issue(name, ana), ana)
    ticket = Submission("ticket", name, bare, BINDING, holder_bound=False)
    assert respond(ticket, Submission("farmer", name, signed, BINDING)).verified
    refused(respond(ticket, Submission("farmer", name, bare, BINDING)), "binding")


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_naked_credential_authorises_nothing(name: str, ana: PrivateKey) -> None:
    wanted = Binding(BINDING.audience, BINDING.nonce, ("eyJ9",))
    assert not respond(Submission("farmer", name, issue(name, ana), wanted, holder_bound=False)).verified
