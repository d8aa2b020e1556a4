"""mdoc as issued and verified, and whatever was done to it in between."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.encoding import base64url, cbor
from common.errors import InvalidSignatureError, MalformedInputError, SelloError
from common.formats.base import ExpiredError, InvalidCredentialError, NotYetValidError
from common.formats.mdoc.doctypes import MDL, PHOTO_ID
from common.keys import PrivateKey, cose
from common.trust import UntrustedIssuerError
from tests.common.formats.mdoc.mdoc_fixture import (
    FORMAT,
    ISSUER,
    LEAF,
    LICENCE,
    OWN,
    PHOTO,
    ROOT_KEY,
    SIGNER,
    SOURCES,
    SPACE,
    STATUS,
    closed,
    document_signer,
    issue,
    opened,
    pem,
    present,
    root,
    verify,
    verify_shown,
)
from tests.common.formats.sd_jwt.salts import salts
from tests.conftest import NOW


def resigned(secured: str, change: Callable[[dict[str, Any]], None], *, signer: PrivateKey = SIGNER) -> str:
    """The credential with its security object changed, signed again."""
    structure = opened(secured)
    auth = structure["issuerAuth"]
    mso = cbor.decode(opened_payload(auth[2]), tags=frozenset({0}))
    change(mso)
    payload = cbor.encode(cbor.embed(cbor.encode(mso)))
    structure["issuerAuth"] = cose.sign1(payload, signer=signer, unprotected={cose.X5CHAIN: LEAF})
    return closed(structure)


def opened_payload(payload: bytes) -> bytes:
    return cbor.embedded(cbor.decode(payload, tags=frozenset({24})))


def test_issued_as_the_standard_says(ana: PrivateKey) -> None:
    structure = opened(issue(holder=ana))
    assert set(structure) == {"nameSpaces", "issuerAuth"}
    assert set(structure["nameSpaces"]) == {SPACE, OWN}
    protected, unprotected, payload, signature = structure["issuerAuth"]
    assert (protected.hex(), unprotected, len(signature)) == ("a10126", {33: LEAF}, 64)
    mso = cbor.decode(opened_payload(payload), tags=frozenset({0}))
    assert [mso[name] for name in ("version", "digestAlgorithm", "docType")] == ["1.0", "SHA-256", MDL]
    assert mso["deviceKeyInfo"] == {"deviceKey": cose.encode_key(ana.public_key)}
    assert mso["status"] == {"status_list": {"idx": 412, "uri": STATUS.uri}}
    times = {name: (tag.tag, tag.value) for name, tag in mso["validityInfo"].items()}
    assert times == {
        "signed": (0, "2026-11-20T12:00:00Z"),
        "validFrom": (0, "2026-11-20T12:00:00Z"),
        "validUntil": (0, "2027-11-21T12:00:00Z"),
    }
    items = [cbor.decode(tag.value, tags=frozenset({1004})) for tag in structure["nameSpaces"][SPACE]]
    values = {item["elementIdentifier"]: item["elementValue"] for item in items}
    assert values["birth_date"] == cbor.Tag(1004, "1990-05-25")
    assert values["portrait"] == bytes.fromhex("ffd8ffe000104a464946")
    assert values["issuing_country"] == "UT"
    assert values["issuing_authority"] == "Transit Office"
    assert values["expiry_date"] == cbor.Tag(1004, "2027-11-21")
    assert {len(item["random"]) for item in items} == {16}
    assert sum(map(len, mso["valueDigests"].values())) == 12


def test_verified_with_all_that_was_signed(ana: PrivateKey) -> None:
    verified = verify(issue(holder=ana))
    assert (verified.format, verified.issuer, verified.types) == ("mso_mdoc", ISSUER, (MDL,))
    assert verified.document[OWN] == {"blood_donor": False}
    told = verified.document[SPACE]
    assert (told["birth_date"], told["age_over_18"], told["height"]) == ("1990-05-25", True, 163)
    assert told["portrait"] == base64url.encode(bytes.fromhex("ffd8ffe000104a464946"))
    assert verified.claims == verified.document
    assert (verified.holder_key, verified.subject, verified.id) == (ana.public_key, None, None)
    assert verified.status == (STATUS,)
    assert (verified.valid_from, verified.valid_until) == (LICENCE.valid_from, LICENCE.valid_until)


def test_a_photo_id_has_two_namespaces_and_the_registrys_own(ana: PrivateKey) -> None:
    verified = verify(issue(PHOTO, holder=ana))
    assert verified.types == (PHOTO_ID,)
    assert verified.document["org.iso.23220.1"]["family_name"] == "Quispe"
    assert verified.document["org.iso.23220.photoid.1"] == {"person_id": "P-0001"}
    assert verified.document[OWN] == {"shoe": 38}


def test_a_type_of_the_registrys_own_is_its_page(ana: PrivateKey) -> None:
    verified = verify(issue(replace(LICENCE, doctype=""), holder=ana))
    assert verified.types == (OWN,)
    assert set(verified.document) == {OWN}
    assert "issuing_country" not in verified.document[OWN]


@pytest.mark.parametrize(
    "change",
    [
        {"certificates": ()},
        {"certificates": (document_signer(PrivateKey("P-256", bytes(31) + b"\x09")),)},
        {"valid_until": None},
        {"claims": {"portrait": "a text"}},
        {"claims": {"portrait": "data:image/png;base64,***"}},
        {"claims": {"height": 2.5e400}},
        {"status": (replace(STATUS, kind="BitstringStatusListEntry"),)},
    ],
)
def test_what_is_not_issued(ana: PrivateKey, change: dict[str, Any]) -> None:
    with pytest.raises(SelloError):
        issue(replace(LICENCE, **change), holder=ana)


def test_nobodys_mdoc_is_not_issued() -> None:
    with pytest.raises(MalformedInputError):
        FORMAT.issue(LICENCE, signer=SIGNER, holder=None, sources=SOURCES, now=NOW, salt=salts())


def test_times(ana: PrivateKey) -> None:
    secured = issue(holder=ana)
    presented = present(secured, ana)
    before, after = LICENCE.valid_from - timedelta(seconds=1), LICENCE.valid_until
    for check, text in ((verify, secured), (verify_shown, presented)):
        with pytest.raises(NotYetValidError):
            check(text, now=before)
        with pytest.raises(ExpiredError):
            check(text, now=after)


def test_a_signature_from_before_its_certificate(ana: PrivateKey) -> None:
    def earlier(mso: dict[str, Any]) -> None:
        mso["validityInfo"]["signed"] = cbor.Tag(0, "2020-01-01T00:00:00Z")

    with pytest.raises(InvalidCredentialError):
        verify(resigned(issue(holder=ana), earlier))


# Attacks on the data


def item(structure: Any, space: str, name: str) -> int:
    found = [cbor.decode(tag.value, tags=frozenset({1004})) for tag in structure["nameSpaces"][space]]
    return [one["elementIdentifier"] for one in found].index(name)


def rewritten(tag: Any, **changes: Any) -> Any:
    fields = cbor.decode(tag.value, tags=frozenset({1004}))
    return cbor.embed(cbor.encode({**fields, **changes}))


def test_another_value(ana: PrivateKey) -> None:
    for change in ({"elementValue": False}, {"elementIdentifier": "age_over_21"}, {"random": bytes(16)}):
        structure = opened(issue(holder=ana))
        number = item(structure, SPACE, "age_over_18")
        structure["nameSpaces"][SPACE][number] = rewritten(structure["nameSpaces"][SPACE][number], **change)
        with pytest.raises(InvalidCredentialError):
            verify(closed(structure))


def test_an_element_in_another_namespace(ana: PrivateKey) -> None:
    structure = opened(issue(holder=ana))
    spaces = structure["nameSpaces"]
    spaces[SPACE].append(spaces[OWN].pop())
    with pytest.raises(InvalidCredentialError):
        verify(closed(structure))
    swapped = opened(issue(holder=ana))
    spaces = swapped["nameSpaces"]
    spaces[SPACE], spaces[OWN] = spaces[OWN], spaces[SPACE]
    with pytest.raises(InvalidCredentialError):
        verify(closed(swapped))
    invented = opened(issue(holder=ana))
    invented["nameSpaces"]["org.iso.18013.5.1.UT"] = invented["nameSpaces"].pop(OWN)
    with pytest.raises(InvalidCredentialError):
        verify(closed(invented))


def test_an_element_twice(ana: PrivateKey) -> None:
    structure = opened(issue(holder=ana))
    structure["nameSpaces"][SPACE].append(structure["nameSpaces"][SPACE][0])
    with pytest.raises(MalformedInputError):
        verify(closed(structure))


def test_elements_of_somebody_else(ana: PrivateKey, bruno: PrivateKey) -> None:
    his = opened(issue(replace(LICENCE, claims={**LICENCE.claims, "given_name": "Bruno"}), holder=bruno))
    hers = opened(issue(holder=ana))
    his["nameSpaces"] = hers["nameSpaces"]
    with pytest.raises(InvalidCredentialError):
        verify(closed(his))


# Attacks on the security object and its certificate


@pytest.mark.parametrize(
    "change",
    [
        lambda mso: mso.update(version="2.0"),
        lambda mso: mso.update(docType=""),
        lambda mso: mso.update(docType=None),
        lambda mso: mso.update(digestAlgorithm="MD5"),
        lambda mso: mso.update(digestAlgorithm="SHA-512"),
        lambda mso: mso.update(valueDigests={}),
        lambda mso: mso.update(valueDigests=[]),
        lambda mso: mso.update(valueDigests={SPACE: {"0": bytes(32)}}),
        lambda mso: mso.update(valueDigests={SPACE: {0: bytes(31)}}),
        lambda mso: mso.update(deviceKeyInfo={}),
        lambda mso: mso.update(deviceKeyInfo={"deviceKey": {1: 4, -1: b"secret"}}),
        lambda mso: mso.pop("validityInfo"),
        lambda mso: mso.update(validityInfo={"signed": "2026-11-20T12:00:00Z"}),
        lambda mso: mso["validityInfo"].update(validUntil=cbor.Tag(0, "soon")),
        lambda mso: mso.update(status={}),
        lambda mso: mso.update(status={"identifier_list": {}}),
        lambda mso: mso.update(status={"status_list": {"idx": -1, "uri": STATUS.uri}}),
        lambda mso: mso.update(status={"status_list": {"idx": True, "uri": STATUS.uri}}),
        lambda mso: mso.update(status={"status_list": {"idx": 1}}),
    ],
)
def test_a_security_object_that_is_none(ana: PrivateKey, change: Callable[[dict[str, Any]], None]) -> None:
    secured = issue(holder=ana)
    verify(resigned(secured, lambda mso: None))
    with pytest.raises(SelloError):
        verify(resigned(secured, change))


def test_a_changed_security_object(ana: PrivateKey, mallory: PrivateKey) -> None:
    def longer(mso: dict[str, Any]) -> None:
        mso["validityInfo"]["validUntil"] = cbor.Tag(0, "2099-01-01T00:00:00Z")

    with pytest.raises(InvalidSignatureError):
        verify(resigned(issue(holder=ana), longer, signer=mallory))


def test_a_certificate_under_another_root(ana: PrivateKey, mallory: PrivateKey) -> None:
    hers = root(mallory)
    leaf = document_signer(above=hers, by=mallory)
    with pytest.raises(UntrustedIssuerError):
        verify(issue(replace(LICENCE, certificates=(leaf,)), holder=ana))


def test_mallorys_own_root_speaks_for_mallory_alone(ana: PrivateKey, mallory: PrivateKey) -> None:
    address = "https://mallory.example/issuers/transit"
    hers = root(mallory, issuer=address)
    leaf = document_signer(above=hers, by=mallory, issuer=address)
    sources = replace(SOURCES, roots={**SOURCES.roots, f"{address}/iaca.pem": pem(hers)})
    verified = verify(issue(replace(LICENCE, certificates=(leaf,)), holder=ana), sources=sources)
    assert verified.issuer == address


def test_a_root_entered_by_hand_comes_first(ana: PrivateKey) -> None:
    """It is called by its own address, whatever address the certificate below it claims."""
    utopia = root(issuer="https://utopia.example")
    sources = replace(SOURCES, anchors=[pem(root(SIGNER)), pem(utopia)])
    assert verify(issue(holder=ana), sources=sources).issuer == "https://utopia.example"


def test_an_issuers_certificate_is_not_left_out(ana: PrivateKey) -> None:
    structure = opened(issue(holder=ana))
    unprotected: Any
    for unprotected in ({}, {33: "text"}, {33: []}, {33: [1]}, {33: b"none"}, {33: bytes(20_000)}):
        structure["issuerAuth"][1] = unprotected
        with pytest.raises(SelloError):
            verify(closed(structure))


def test_a_chain_may_hold_more_than_the_signer(ana: PrivateKey) -> None:
    structure = opened(issue(holder=ana))
    structure["issuerAuth"][1] = {33: [LEAF, LEAF]}
    assert verify(closed(structure)).issuer == ISSUER


def test_another_country_than_the_certificates(ana: PrivateKey) -> None:
    claims = {**LICENCE.claims, "issuing_country": "XX"}
    with pytest.raises(InvalidCredentialError):
        verify(issue(replace(LICENCE, claims=claims), holder=ana))
    shown = present(issue(replace(LICENCE, claims=claims), holder=ana), ana, (SPACE, "given_name"))
    assert verify_shown(shown).credentials  # where the country is not shown, it cannot mislead
    abroad = root(country="XX")
    leaf = document_signer(above=abroad, by=ROOT_KEY)
    with pytest.raises(UntrustedIssuerError):  # same key, but its root says UT
        verify(issue(replace(LICENCE, certificates=(leaf,)), holder=ana))


# Foreign bytes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "oA",
        "oWppc3N1ZXJBdXRo",
        "gA",
        "not base64url!",
        "A" * 1_300_001,
        base64url.encode(bytes.fromhex("9f") * 1000),
        base64url.encode(bytes.fromhex("c1") * 1000),
        closed({"issuerAuth": None}),
        closed({"issuerAuth": [b"", {}, None, b""]}),
        closed({"issuerAuth": [b"", {}, b"", b""], "nameSpaces": []}),
        closed({"issuerAuth": [b"", {}, b"", b""], "nameSpaces": {"a": {}}}),
        closed({"issuerAuth": [b"", {}, b"", b""], "nameSpaces": {1: []}}),
        closed({"issuerAuth": [b"", {}, b"", b""], "nameSpaces": {"a": [b""]}}),
        closed({"issuerAuth": [b"", {}, b"", b""], "nameSpaces": {"a": [0] * 1001}}),
    ],
)
def test_bytes_that_are_no_mdoc(text: str) -> None:
    for check in (verify, verify_shown):
        with pytest.raises(SelloError):
            check(text)


def test_an_object_is_no_mdoc() -> None:
    with pytest.raises(MalformedInputError):
        verify({"issuerAuth": []})


@given(st.binary(max_size=200))
def test_any_bytes_end_in_our_own_error(data: bytes) -> None:
    with pytest.raises(SelloError):
        verify(base64url.encode(data))
