"""mdoc as its device shows it to a verifier, and whatever was done to it in between."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.encoding import base64url, cbor
from common.errors import MalformedInputError, SelloError
from common.formats.base import Binding, BindingMismatchError, Holder, InvalidCredentialError
from common.formats.detect import find_format
from common.formats.mdoc.doctypes import MDL, PHOTO_ID
from common.keys import PrivateKey, jwk
from tests.common.formats.mdoc.mdoc_fixture import (
    BINDING,
    FORMAT,
    LICENCE,
    OWN,
    PHOTO,
    SIGNER,
    SOURCES,
    SPACE,
    TRANSCRIPT,
    closed,
    issue,
    opened,
    present,
    verify,
    verify_shown,
)
from tests.common.formats.sd_jwt.salts import salts
from tests.conftest import NOW


def test_no_more_is_shown_than_was_asked(ana: PrivateKey) -> None:
    presented = present(issue(holder=ana), ana, (SPACE, "given_name"), (SPACE, "no_such"))
    verified = verify_shown(presented)
    assert verified.credentials[0].document == {SPACE: {"given_name": "Ana"}}
    assert verified.holder == jwk.thumbprint(ana.public_key)
    assert b"Quispe" not in base64url.decode(presented)
    assert find_format(presented)[0::2] == ("mso_mdoc", "presentation")


def test_all_is_shown_or_nothing_at_all(ana: PrivateKey) -> None:
    secured = issue(holder=ana)
    whole = verify_shown(present(secured, ana)).credentials[0]
    assert whole.document == verify(secured).document
    bare = FORMAT.present(secured, disclose=(), binding=BINDING, signer=ana, sources=SOURCES, now=NOW)
    assert verify_shown(bare).credentials[0].document == {}


@pytest.mark.parametrize("path", [("given_name",), (SPACE, "address", "street"), (SPACE, None), (SPACE, 1)])
def test_a_path_names_a_namespace_and_an_element(ana: PrivateKey, path: Any) -> None:
    with pytest.raises(MalformedInputError):
        present(issue(holder=ana), ana, path)


def test_the_device_signs_this_session_and_no_other(ana: PrivateKey, bruno: PrivateKey) -> None:
    secured = issue(holder=ana)
    presented = present(secured, ana)
    other = cbor.encode([None, None, ["OpenID4VPHandover", b"\1" + bytes(31)]])
    for transcript in (other, TRANSCRIPT[:-1], b"\xf6", None):
        with pytest.raises(BindingMismatchError):
            verify_shown(presented, binding=replace(BINDING, session_transcript=transcript))
    with pytest.raises(BindingMismatchError):
        present(secured, bruno)
    with pytest.raises(BindingMismatchError):
        present(secured, ana, binding=Binding(BINDING.audience, BINDING.nonce))


def test_another_device_cannot_show_it(ana: PrivateKey, mallory: PrivateKey) -> None:
    """Mallory has the issuer's part, from a presentation made to her, and signs it with her own key."""
    stolen = opened(present(issue(holder=ana), ana))
    own = opened(present(issue(holder=mallory), mallory))
    stolen["documents"][0]["deviceSigned"] = own["documents"][0]["deviceSigned"]
    with pytest.raises(BindingMismatchError):
        verify_shown(closed(stolen))


def test_a_credential_is_no_presentation_and_the_other_way_round(ana: PrivateKey) -> None:
    secured = issue(holder=ana)
    with pytest.raises(BindingMismatchError):
        verify_shown(secured)
    with pytest.raises(InvalidCredentialError):
        verify(present(secured, ana))
    with pytest.raises(InvalidCredentialError):
        present(present(secured, ana), ana)


def test_transactions_are_not_authorised(ana: PrivateKey) -> None:
    bound, secured = replace(BINDING, transaction_data=("e30",)), issue(holder=ana)
    with pytest.raises(MalformedInputError) as refused:
        present(secured, ana, binding=bound)
    assert refused.value.code == "invalid_transaction_data"
    with pytest.raises(BindingMismatchError):
        verify_shown(present(secured, ana), binding=bound)


def test_a_holder_of_ed25519(ana: PrivateKey) -> None:
    device = PrivateKey("Ed25519", bytes(31) + b"\x0a")
    bound = Holder(device.public_key, "did:key:unused")
    secured = FORMAT.issue(LICENCE, signer=SIGNER, holder=bound, sources=SOURCES, now=NOW, salt=salts())
    presented = FORMAT.present(
        secured, disclose=None, binding=BINDING, signer=device, sources=SOURCES, now=NOW
    )
    assert verify_shown(presented).credentials[0].holder_key == device.public_key


# Attacks


def test_another_type_outside_than_inside(ana: PrivateKey) -> None:
    structure = opened(present(issue(holder=ana), ana))
    structure["documents"][0]["docType"] = PHOTO_ID
    with pytest.raises(InvalidCredentialError):
        verify_shown(closed(structure))


def test_two_documents_of_one_device_and_of_two(ana: PrivateKey, bruno: PrivateKey) -> None:
    """HAIP wants one document a response, ISO knows several: all of them are verified."""
    hers, photo = (opened(present(issue(one, holder=ana), ana)) for one in (LICENCE, PHOTO))
    his = opened(present(issue(holder=bruno), bruno))
    both = {**hers, "documents": hers["documents"] + photo["documents"]}
    assert [one.types for one in verify_shown(closed(both)).credentials] == [(MDL,), (PHOTO_ID,)]
    with pytest.raises(BindingMismatchError):
        verify_shown(closed({**hers, "documents": hers["documents"] + his["documents"]}))


@pytest.mark.parametrize(
    "change",
    [
        {"status": 10},
        {"status": None},
        {"version": "2.0"},
        {"version": 1},
        {"documents": []},
        {"documents": {}},
        {"documents": [None]},
        {"documents": [{}]},
        {"documents": [{"docType": MDL, "issuerSigned": {}, "deviceSigned": {}}]},
    ],
)
def test_a_response_that_is_none(ana: PrivateKey, change: dict[str, Any]) -> None:
    structure = {**opened(present(issue(holder=ana), ana)), **change}
    with pytest.raises(SelloError):
        verify_shown(closed(structure))


def test_a_mac_is_not_taken_for_a_signature(ana: PrivateKey) -> None:
    structure = opened(present(issue(holder=ana), ana))
    device = structure["documents"][0]["deviceSigned"]
    for auth in ({"deviceMac": device["deviceAuth"]["deviceSignature"]}, {}, None):
        device["deviceAuth"] = auth
        with pytest.raises(BindingMismatchError):
            verify_shown(closed(structure))


def test_data_of_the_devices_own_are_signed_and_not_believed(ana: PrivateKey) -> None:
    structure = opened(present(issue(holder=ana), ana, (SPACE, "given_name")))
    device = structure["documents"][0]["deviceSigned"]
    device["nameSpaces"] = cbor.embed(cbor.encode({SPACE: {"age_over_21": True}}))
    with pytest.raises(BindingMismatchError):
        verify_shown(closed(structure))


ANA = PrivateKey("P-256", bytes(31) + b"\x0a")
SHOWN = present(issue(holder=ANA), ANA, (SPACE, "given_name"), (OWN, "blood_donor"))


@given(place=st.integers(0, 2_500), bits=st.integers(1, 255))
@settings(max_examples=150, deadline=None)
def test_a_flipped_byte_never_changes_what_is_verified(place: int, bits: int) -> None:
    data = bytearray(base64url.decode(SHOWN))
    data[place % len(data)] ^= bits
    try:
        verified = verify_shown(base64url.encode(bytes(data)))
    except SelloError:
        return
    assert verified.credentials[0] == verify_shown(SHOWN).credentials[0]
