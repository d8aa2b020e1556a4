"""A presentation that is found without its request, or with it, step by step over both formats."""

from datetime import timedelta

import pytest

from common.encoding import base64url, jcs
from common.formats.base import Binding
from common.keys import PrivateKey
from tests.common.verification.farmers_fixture import (
    BINDING,
    FORMAT_NAMES,
    issue,
    one,
    refused,
    results,
    show,
    tampered,
)
from tests.conftest import NOW


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_presentation_found_in_a_drawer(name: str, ana: PrivateKey) -> None:
    shown = show(name, issue(name, ana), ana)
    later = one(shown, now=NOW + timedelta(days=30))
    assert later.verified
    assert results(later)["binding"] == "skipped"
    assert later.claims["district"] == "Pisac"
    refused(one(shown, now=NOW + timedelta(days=400)), "validity")
    refused(one(tampered(shown)), "signature")


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_found_presentation_with_its_request(name: str, ana: PrivateKey) -> None:
    shown = show(name, issue(name, ana), ana)
    assert results(one(shown, binding=BINDING))["binding"] == "passed"
    wrong = one(shown, binding=Binding(BINDING.audience, "nonce-2"))
    assert wrong.exit_code == 1


def test_a_found_presentation_signed_by_another(ana: PrivateKey, mallory: PrivateKey) -> None:
    stolen = issue("dc+sd-jwt", ana)
    own = show("dc+sd-jwt", issue("dc+sd-jwt", mallory), mallory)
    refused(one(str(stolen) + str(own).rpartition("~")[2]), "binding")


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_found_presentation_with_transaction_data(name: str, ana: PrivateKey) -> None:
    entry = base64url.encode(jcs.canonicalize({"type": "payment"}))
    binding = Binding(BINDING.audience, BINDING.nonce, (entry,))
    shown = show(name, issue(name, ana), ana, binding=binding)
    alone = one(shown)  # anybody could have added the hashes, and a signature of their own
    assert (alone.verified, alone.exit_code, results(alone)["binding"]) == (False, 3, "undetermined")
    assert one(shown, binding=binding).verified
