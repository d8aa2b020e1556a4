"""Errors as problem details."""

from common.errors import SelloError
from common.vcdm.problems import problem


def test_errors_have_the_addresses_of_their_specifications() -> None:
    assert problem(SelloError("No.", code="PROOF_VERIFICATION_ERROR", detail="secret"), status=400) == {
        "type": "https://w3id.org/security#PROOF_VERIFICATION_ERROR",
        "title": "Proof verification error",
        "status": 400,
        "detail": "No.",
    }
    for code, owner in (
        ("MALFORMED_VALUE_ERROR", "https://www.w3.org/TR/vc-data-model#"),
        ("STATUS_RETRIEVAL_ERROR", "https://www.w3.org/ns/credentials/status-list#"),
    ):
        assert problem(SelloError("No.", code=code), status=400)["type"] == owner + code


def test_other_errors_are_about_blank() -> None:
    assert problem(SelloError("No.", code="slow_down"), status=429)["type"] == "about:blank"
