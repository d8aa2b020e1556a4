"""pymdoccbor reads what we issue and show, and refuses what was changed."""

from cryptography import x509
from pymdoccbor.mdoc.verifier import MdocCbor

from common.encoding import base64url
from common.keys import PrivateKey
from tests.common.formats.mdoc.mdoc_fixture import ROOT, SPACE, issue, opened, present, root


def read(presented: str, trusted: x509.Certificate) -> MdocCbor:
    mdoc = MdocCbor()
    mdoc.loads(base64url.decode(presented).hex())
    mdoc.verified = mdoc.verify(trusted_root_certs=[trusted])
    return mdoc


def test_pymdoccbor_agrees(ana: PrivateKey) -> None:
    presented = present(issue(holder=ana), ana, (SPACE, "given_name"), (SPACE, "age_over_18"))
    mdoc = read(presented, ROOT)
    assert mdoc.verified
    assert mdoc.disclosure_map == {SPACE: {"given_name": "Ana", "age_over_18": True}}


def test_pymdoccbor_refuses_what_we_refuse(ana: PrivateKey, mallory: PrivateKey) -> None:
    presented = present(issue(holder=ana), ana, (SPACE, "given_name"))
    assert not read(presented, root(mallory)).verified
    structure = opened(presented)
    [item] = structure["documents"][0]["issuerSigned"]["nameSpaces"][SPACE]
    changed = base64url.encode(
        base64url.decode(presented).replace(item.value, item.value.replace(b"Ana", b"Eva"))
    )
    assert not read(changed, ROOT).verified
