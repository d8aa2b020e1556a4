"""mdocs with the other libraries of Python: openvc-core judges ours, pymdoccbor issues and we judge."""

from datetime import timedelta
from typing import Any

import pytest
from pymdoccbor.mdoc.issuer import MdocCborIssuer

from common.encoding import base64url, cbor
from common.errors import SelloError
from common.formats.mdoc.doctypes import MDL
from common.keys import jwk
from tests.interop import library
from tests.interop.library import ANA
from tests.interop.matrix import OURS, pair
from tests.interop.test_mdoc_both_ways import (
    CLAIMS,
    ELSEWHERE,
    FORMAT,
    LEAF,
    PYMDOCCBOR,
    ROOT,
    SIGNER,
    SOURCES,
    SPACE,
    TODAY,
    TRANSCRIPT,
    renamed,
    shown_by_us,
)

pytestmark = pytest.mark.interop
OPENVC = "openvc-core"


def openvc(shown: bytes, *, transcript: bytes = TRANSCRIPT) -> dict[str, Any]:
    mdoc = pytest.importorskip("openvc.mdoc", reason="openvc-core is not installed: say `make test-interop`")
    [verified] = mdoc.verify_device_response(
        shown, trust_anchors=[ROOT], session_transcript=transcript, expected_doc_type=MDL
    )
    found: dict[str, Any] = verified.namespaces
    return found


@pair(OURS, OPENVC, "mso_mdoc")
def test_openvc_verifies_ours() -> None:
    assert openvc(shown_by_us())[SPACE]["given_name"] == CLAIMS["given_name"]


@pair(OURS, OPENVC, "mso_mdoc", tampered=True)
def test_openvc_refuses_ours_with_another_name_or_from_another_session() -> None:
    with pytest.raises(Exception, match="valueDigest"):
        openvc(renamed(shown_by_us()))
    with pytest.raises(Exception, match=r"(?i)device.*signature"):
        openvc(shown_by_us(), transcript=ELSEWHERE)


def issued_by_pymdoccbor() -> bytes:
    """An IssuerSigned, as a wallet gets it."""
    numbers = {
        name: base64url.decode(value) for name, value in jwk.encode(ANA.public_key).items() if name in "xy"
    }
    issuer = MdocCborIssuer(
        private_key={"KTY": "EC2", "CURVE": "P_256", "ALG": "ES256", "D": SIGNER.secret, "KID": b"signer"},
        alg="ES256",
    )
    day = "%Y-%m-%d"
    mdoc = issuer.new(
        data={SPACE: {**CLAIMS, "issuing_country": "UT"}},
        doctype=MDL,
        validity={
            "issuance_date": (TODAY - timedelta(days=1)).strftime(day),
            "expiry_date": (TODAY + timedelta(days=30)).strftime(day),
        },
        devicekeyinfo={"KTY": "EC2", "CURVE": "P_256", "X": numbers["x"], "Y": numbers["y"]},
        x509_chain=[LEAF],
    )
    return cbor.encode(mdoc["documents"][0]["issuerSigned"])


@pair(PYMDOCCBOR, OURS, "mso_mdoc")
def test_we_verify_what_pymdoccbor_issued() -> None:
    issued = base64url.encode(issued_by_pymdoccbor())
    verified = FORMAT.verify_credential(issued, sources=SOURCES, now=library.today())
    assert verified.document[SPACE]["given_name"] == CLAIMS["given_name"]
    assert verified.holder_key == ANA.public_key


@pair(PYMDOCCBOR, OURS, "mso_mdoc", tampered=True)
def test_we_refuse_pymdoccbors_with_another_name() -> None:
    changed = base64url.encode(renamed(issued_by_pymdoccbor()))
    with pytest.raises(SelloError):
        FORMAT.verify_credential(changed, sources=SOURCES, now=library.today())
