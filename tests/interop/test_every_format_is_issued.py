"""Our issuer offers each format, their wallet takes it, and judges who were not there believe it."""

from typing import Any

import pytest
from cryptography import x509

from common.encoding import base64url
from tests.interop import library, peers
from tests.interop.conftest import Site, Wallet
from tests.interop.judges import evidence_of_ldp
from tests.interop.matrix import ISSUER, OURS, THEIR_WALLET, column, pair
from tests.interop.suites import SELECTIVE

pytestmark = pytest.mark.interop
FORMATS = {  # format: the key with which the wallet proves itself
    "mso_mdoc": "jwk",
    "ldp_vc:ecdsa-rdfc-2019": "did:key",
    "ldp_vc:eddsa-jcs-2022": "did:key",
    "ldp_vc:ecdsa-jcs-2019": "did:key",
    "ldp_vc:ecdsa-sd-2023": "did:key",
}
EACH = pytest.mark.parametrize("credential_format", FORMATS)


@pytest.fixture(scope="module")
def passes(site: Site) -> dict[str, str]:
    """A credential type of the farmers' registry for each format."""
    return {
        name: site.command(
            *("create_configuration", "farmers", "--format", name),
            *("--type", f"Pass{column(name).title().replace('-', '').replace('_', '')}"),
        )["configuration_id"]
        for name in FORMATS
    }


def offer(site: Site, configuration: str) -> dict[str, Any]:
    return site.command("create_offer", configuration, "F-0001")


@pair(ISSUER, THEIR_WALLET)
@EACH
def test_is_taken(site: Site, passes: dict[str, str], credential_format: str) -> None:
    taken = Wallet.accept(offer(site, passes[credential_format]), key=FORMATS[credential_format], proofs=2)
    assert taken["format"] == credential_format.partition(":")[0]
    first, second = taken["credentials"]
    assert first != second
    if credential_format == "mso_mdoc":
        assert "farmer_id" in str(read_by_openvc(site, first))
    else:
        judged_by_digitalbazaar(site, credential_format.partition(":")[2], first)


@pair(ISSUER, THEIR_WALLET, tampered=True)
@EACH
def test_is_not_given_for_a_key_proof_that_is_not_fresh(
    site: Site, passes: dict[str, str], credential_format: str
) -> None:
    with pytest.raises(peers.PeerRefusedError) as refusal:
        Wallet.accept(
            offer(site, passes[credential_format]), key=FORMATS[credential_format], nonce="of-yesterday"
        )
    assert refusal.value.outcome["error"]["answer"]["error"] == "invalid_nonce"


def judged_by_digitalbazaar(site: Site, suite: str, credential: dict[str, Any]) -> None:
    """Raise unless the proof holds, of a base proof one that is derived from it."""
    evidence = evidence_of_ldp(site, credential)
    if suite == SELECTIVE:
        given = {"suite": suite, "pointers": ["/credentialSubject/farmer_id"], "documents": evidence}
        told = peers.run("data_integrity.mjs", action="show", credential=credential, **given)
        credential = told["credential"]
    peers.run("data_integrity.mjs", action="verify", suite=suite, credential=credential, documents=evidence)


def read_by_openvc(site: Site, secured: str) -> dict[str, Any]:
    """The elements of an IssuerSigned under the authority's published root."""
    mdoc = pytest.importorskip("openvc.mdoc", reason="openvc-core is not installed: say `make test-interop`")
    from openvc import cbor

    root = x509.load_pem_x509_certificate(
        site.get("/issuers/farmer-registry/iaca.pem", accept="*/*").encode()
    )
    signed = cbor.decode(base64url.decode(secured))
    return dict(
        mdoc.verify_issuer_signed(
            {"docType": doctype(signed), "issuerSigned": signed}, trust_anchors=[root]
        ).namespaces
    )


def doctype(signed: dict[str, Any]) -> str:
    """The doctype within the security object, which the document around it must repeat."""
    from openvc import cbor

    payload = cbor.decode(signed["issuerAuth"][2])
    return str(cbor.decode(payload.value)["docType"])


@pair(OURS, "openvc-core", "mso_mdoc")
def test_is_issued_without_the_protocol_too(site: Site, passes: dict[str, str]) -> None:
    told = site.command(
        *("issue", passes["mso_mdoc"], "F-0002", "--format", "mso_mdoc", "--holder", library.holder().did)
    )
    assert "F-0002" in str(read_by_openvc(site, told["credential"]))
