"""What a device signs, byte by byte, and what goes with the issuer's signature (ISO/IEC 18013-5 §9.1)."""

from dataclasses import replace

import pytest

from common.encoding import cbor
from common.errors import MalformedInputError
from common.formats.mdoc import device_response
from common.keys import PrivateKey, cose
from tests.common.formats.mdoc.mdoc_fixture import (
    FORMAT,
    LEAF,
    LICENCE,
    OWN,
    SPACE,
    TRANSCRIPT,
    issue,
    opened,
    present,
    verify,
    verify_shown,
)
from tests.common.trust.test_found_keys import ROOT_DER


def test_the_bytes_that_the_device_signs(ana: PrivateKey) -> None:
    """§9.1.3.4: the authentication structure in CBOR, itself embedded in CBOR with tag 24."""
    [document] = opened(present(issue(holder=ana), ana, (SPACE, "given_name")))["documents"]
    structure = [
        "DeviceAuthentication", cbor.decode(TRANSCRIPT), "org.iso.18013.5.1.mDL", cbor.embed(cbor.encode({})),
    ]  # fmt: skip
    signed = cbor.encode(cbor.Tag(24, cbor.encode(structure)))
    message = cose.parse(document["deviceSigned"]["deviceAuth"]["deviceSignature"])
    assert cose.verify(message, key=ana.public_key, detached=signed) == signed


@pytest.mark.parametrize("number", [0, device_response.MAX_DOCUMENTS + 1])
def test_a_response_with_no_document_or_too_many(number: int, ana: PrivateKey) -> None:
    response = opened(present(issue(holder=ana), ana, (SPACE, "given_name")))
    assert device_response.parse({**response, "documents": response["documents"] * 2})
    with pytest.raises(MalformedInputError, match="holds one to"):
        device_response.parse({**response, "documents": response["documents"] * number})


def test_one_certificate_stands_alone_and_several_in_an_array(ana: PrivateKey) -> None:
    """RFC 9360 §2, in the unprotected header (§9.1.2.4)."""
    for chain in ((LEAF,), (LEAF, LEAF)):
        secured = issue(replace(LICENCE, certificates=chain), holder=ana)
        carried = opened(secured)["issuerAuth"][1][cose.X5CHAIN]
        assert carried == LEAF if len(chain) == 1 else list(carried) == list(chain)
        assert verify(secured).claims


def test_the_certificates_that_vouch_are_told(ana: PrivateKey) -> None:
    """Whoever asks for the status needs them."""
    secured = issue(holder=ana)
    [shown] = verify_shown(present(secured, ana, (SPACE, "given_name"))).credentials
    for credential in (verify(secured), shown):
        assert credential.certificates == (LEAF, ROOT_DER)
        assert credential.authority_keys


def test_what_would_be_seen_of_a_document(ana: PrivateKey) -> None:
    secured = issue(holder=ana)
    document = verify(secured).document
    paths = [(SPACE, "given_name"), (OWN, "blood_donor"), (SPACE, "absent")]
    seen = FORMAT.preview(secured, document=document, disclose=paths).document
    assert seen == {
        SPACE: {"given_name": document[SPACE]["given_name"]},
        OWN: {"blood_donor": document[OWN]["blood_donor"]},
    }
    assert FORMAT.preview(secured, document=document, disclose=[]).document == {}
