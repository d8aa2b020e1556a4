"""An SD-JWT VC carries its signer's chain, and tells the certificates by which its key was found."""

from dataclasses import replace

from common.formats.sd_jwt import compact
from common.keys import PrivateKey, certificate, jws
from tests.common.formats import sd_jwt_vc_fixture as tokens
from tests.common.formats.fakes import StaticSources, method
from tests.common.formats.mdoc.mdoc_fixture import LEAF
from tests.common.trust.test_found_keys import ROOT_DER
from tests.conftest import NOW


def test_the_chain_stands_in_the_header(ana: PrivateKey) -> None:
    secured = tokens.issue(replace(tokens.FARMER, certificates=(LEAF,)), holder=ana)
    assert jws.parse(compact.parse(secured).jwt).header["x5c"] == certificate.x5c([LEAF])
    assert "x5c" not in jws.parse(compact.parse(tokens.issue(holder=ana)).jwt).header


def test_the_certificates_that_vouch_are_told(ana: PrivateKey) -> None:
    """Whoever asks for the status, or for an authority that was named, needs them."""
    key = replace(method(tokens.ISSUER.key_id, tokens.ISSUER.public_key), certificates=(LEAF, ROOT_DER))
    sources = StaticSources(issuers={tokens.REGISTRY: {tokens.ISSUER.key_id: key}})
    secured = tokens.issue(holder=ana)
    shown = tokens.present(secured, ana, ("given_name",))
    [told] = tokens.FORMAT.verify_presentation(
        shown, binding=tokens.BINDING, sources=sources, now=NOW
    ).credentials
    kept = tokens.FORMAT.verify_credential(secured, sources=sources, now=NOW)
    for credential in (kept, told):
        assert credential.certificates == (LEAF, ROOT_DER)
        assert credential.authority_keys == certificate.authority_key_ids((LEAF, ROOT_DER))
        assert credential.authority_keys
