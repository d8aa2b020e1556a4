"""mdocs both ways with @auth0/mdl, @owf/mdoc and pymdoccbor: issued, shown, verified or refused."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pymdoccbor.mdoc.verifier import MdocCbor

from common.encoding import base64url, cbor
from common.errors import SelloError
from common.formats import FORMATS
from common.formats.base import Binding, VerifiedCredential
from common.formats.mdoc.doctypes import MDL
from common.keys import jwk
from common.oid4vp.session_transcript import redirect_transcript
from common.trust import iaca
from common.vcdm import times
from tests.common.formats.fakes import StaticSources
from tests.interop import library, peers
from tests.interop.library import ANA, ISSUER, private_jwk
from tests.interop.matrix import OURS, pair
from tests.tampering import flip

pytestmark = pytest.mark.interop
AUTH0, OWF, PYMDOCCBOR = "@auth0/mdl", "@owf/mdoc", "pymdoccbor"
SCRIPTS: Final = {AUTH0: "mdl.mjs", OWF: "owf_mdoc.mjs"}
FORMAT: Final = FORMATS["mso_mdoc"]
SPACE: Final = "org.iso.18013.5.1"
TODAY: Final = library.today()
SIGNER: Final = library.signer("P-256")
PLACE: Final = {"issuer": ISSUER, "name": "Cusco", "revocations": f"{ISSUER}/iaca.crl"}
ROOT: Final = x509.load_der_x509_certificate(
    iaca.create_root(
        signer=SIGNER,
        country="UT",
        serial=1,
        not_before=TODAY - timedelta(days=2),
        not_after=TODAY + timedelta(days=900),
        **PLACE,
    )
)
LEAF: Final = iaca.create_document_signer(
    key=SIGNER.public_key,
    root=ROOT,
    signer=SIGNER,
    serial=2,
    not_before=TODAY - timedelta(days=2),
    not_after=TODAY + timedelta(days=400),
    **PLACE,
)
SOURCES: Final = StaticSources(roots={f"{ISSUER}/iaca.pem": ROOT.public_bytes(Encoding.PEM)}, now=TODAY)
TRANSCRIPT: Final = redirect_transcript(
    client_id="x509_san_dns:clinic.example",
    nonce="n-0S6_WzA2Mj",
    response_uri="https://clinic.example/response",
    encrypted_to=jwk.encode(SIGNER.public_key),
)
BINDING: Final = Binding("x509_san_dns:clinic.example", "n-0S6_WzA2Mj", session_transcript=TRANSCRIPT)
ELSEWHERE: Final = flip(TRANSCRIPT)
CLAIMS: Final = {"family_name": "Quispe Ñahui", "given_name": "Ana Lucía", "birth_date": "1990-05-25"}
ASKED: Final = [(SPACE, "given_name"), (SPACE, "birth_date")]
SHOWN: Final = {SPACE: {"given_name": "Ana Lucía", "birth_date": "1990-05-25"}}


def ours() -> str:
    licence = replace(
        library.card(ISSUER), claims=CLAIMS, doctype=MDL, certificates=(LEAF,), issuer_name="Cusco"
    )
    secured = FORMAT.issue(
        licence, signer=SIGNER, holder=library.holder(), sources=SOURCES, now=TODAY, salt=library.salt
    )
    assert isinstance(secured, str)
    return secured


def shown_by_us() -> bytes:
    presented = FORMAT.present(
        ours(), disclose=ASKED, binding=BINDING, signer=ANA, sources=SOURCES, now=TODAY
    )
    return base64url.decode(str(presented))


def verified_by_us(shown: bytes) -> VerifiedCredential:
    presented = base64url.encode(shown)
    verified = FORMAT.verify_presentation(presented, binding=BINDING, sources=SOURCES, now=TODAY)
    return verified.credentials[0]


def renamed(shown: bytes) -> bytes:
    changed = shown.replace("Ana Lucía".encode(), "Eva Lucía".encode())
    assert changed != shown
    return changed


def verified_by(peer: str, verify: bytes, *, transcript: bytes = TRANSCRIPT) -> Any:
    root = ROOT.public_bytes(Encoding.PEM).decode()
    return peers.run(SCRIPTS[peer], verify=verify.hex(), transcript=transcript.hex(), root=root)


def check_that_it_verifies_ours(peer: str) -> None:
    assert verified_by(peer, shown_by_us()) == {"verified": True, "claims": SHOWN}


def check_that_it_refuses_ours_with_another_name_or_from_another_session(peer: str) -> None:
    with pytest.raises(peers.PeerRefusedError):
        verified_by(peer, renamed(shown_by_us()))
    with pytest.raises(peers.PeerRefusedError):
        verified_by(peer, shown_by_us(), transcript=ELSEWHERE)


@pair(OURS, AUTH0, "mso_mdoc")
def test_auth0_verifies_ours() -> None:
    check_that_it_verifies_ours(AUTH0)


@pair(OURS, AUTH0, "mso_mdoc", tampered=True)
def test_auth0_refuses_ours_with_another_name_or_from_another_session() -> None:
    check_that_it_refuses_ours_with_another_name_or_from_another_session(AUTH0)


@pair(OURS, OWF, "mso_mdoc")
def test_owf_verifies_ours() -> None:
    check_that_it_verifies_ours(OWF)


@pair(OURS, OWF, "mso_mdoc", tampered=True)
def test_owf_refuses_ours_with_another_name_or_from_another_session() -> None:
    check_that_it_refuses_ours_with_another_name_or_from_another_session(OWF)


def pymdoccbor(shown: bytes) -> tuple[bool, Any]:
    mdoc = MdocCbor()
    mdoc.loads(shown.hex())
    return mdoc.verify(trusted_root_certs=[ROOT]), mdoc.disclosure_map


@pair(OURS, PYMDOCCBOR, "mso_mdoc")
def test_pymdoccbor_verifies_ours() -> None:
    verified, claims = pymdoccbor(shown_by_us())
    assert verified
    assert claims[SPACE]["given_name"] == "Ana Lucía"


@pair(OURS, PYMDOCCBOR, "mso_mdoc", tampered=True)
def test_pymdoccbor_refuses_ours_with_another_name() -> None:
    assert not pymdoccbor(renamed(shown_by_us()))[0]


def shown_by(peer: str, issued: bytes, *, transcript: bytes = TRANSCRIPT) -> bytes:
    told = peers.run(
        SCRIPTS[peer],
        present=issued.hex(),
        transcript=transcript.hex(),
        key=private_jwk(ANA),
        elements=ASKED,
        doctype=MDL,
    )
    return bytes.fromhex(told["shown"])


def issued_by(peer: str) -> bytes:
    told = peers.run(
        SCRIPTS[peer],
        issue={SPACE: {**CLAIMS, "issuing_country": "UT"}},
        doctype=MDL,
        device=jwk.encode(ANA.public_key),
        key=private_jwk(SIGNER),
        certificate=x509.load_der_x509_certificate(LEAF).public_bytes(Encoding.PEM).decode(),
        signed=times.write(TODAY - timedelta(days=1)),
        until=times.write(TODAY + timedelta(days=30)),
    )
    return bytes.fromhex(told["issued"])


def check_that_we_verify_what_it_issued_and_showed(peer: str) -> None:
    verified = verified_by_us(shown_by(peer, issued_by(peer)))
    assert verified.document == SHOWN
    assert (verified.types, verified.issuer) == ((MDL,), ISSUER)


def check_that_we_refuse_another_name_or_another_session(peer: str) -> None:
    issued = issued_by(peer)
    with pytest.raises(SelloError):
        verified_by_us(renamed(shown_by(peer, issued)))
    with pytest.raises(SelloError):
        verified_by_us(shown_by(peer, issued, transcript=ELSEWHERE))


@pair(AUTH0, OURS, "mso_mdoc")
def test_we_verify_what_auth0_issued_and_showed() -> None:
    check_that_we_verify_what_it_issued_and_showed(AUTH0)


@pair(OWF, OURS, "mso_mdoc")
def test_we_verify_what_owf_issued_and_showed() -> None:
    check_that_we_verify_what_it_issued_and_showed(OWF)


@pair(AUTH0, OURS, "mso_mdoc")
def test_auth0s_wallet_shows_ours() -> None:
    issued = cbor.decode(base64url.decode(ours()), tags=frozenset({24}))
    document = {"docType": MDL, "issuerSigned": issued}
    mdoc = cbor.encode({"version": "1.0", "documents": [document], "status": 0})
    assert verified_by_us(shown_by(AUTH0, mdoc)).document == SHOWN


@pair(OWF, OURS, "mso_mdoc")
def test_owfs_wallet_shows_ours() -> None:
    assert verified_by_us(shown_by(OWF, base64url.decode(ours()))).document == SHOWN


@pair(AUTH0, OURS, "mso_mdoc", tampered=True)
def test_we_refuse_auth0s_with_another_name_or_from_another_session() -> None:
    check_that_we_refuse_another_name_or_another_session(AUTH0)


@pair(OWF, OURS, "mso_mdoc", tampered=True)
def test_we_refuse_owfs_with_another_name_or_from_another_session() -> None:
    check_that_we_refuse_another_name_or_another_session(OWF)
