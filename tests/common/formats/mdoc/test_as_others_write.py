"""mdocs of other issuers: CBOR at greater length, with tags and members that are not known here.

What was signed or digested is taken byte by byte, by whoever receives it and by whoever shows it on.
"""

import hashlib
from typing import Any

import pytest

from common.encoding import base64url, cbor
from common.errors import SelloError
from common.formats.mdoc import mso
from common.keys import PrivateKey, cose
from tests.common.formats.mdoc.mdoc_fixture import (
    SIGNER,
    SPACE,
    issue,
    opened,
    present,
    verify,
    verify_shown,
)


def at_length(value: Any) -> bytes:
    """A value of indefinite length where it can have one."""
    if isinstance(value, dict):
        return b"\xbf" + b"".join(cbor.encode(k) + at_length(v) for k, v in value.items()) + b"\xff"
    if isinstance(value, list | tuple):
        return b"\x9f" + b"".join(map(at_length, value)) + b"\xff"
    return cbor.encode(value)


def longer(item: bytes) -> cbor.Embedded:
    """An item under a tag and a length that are longer than they need be."""
    return cbor.Embedded(item, b"\xd9\x00\x18\x5a" + len(item).to_bytes(4, "big") + item)


def remade(holder: PrivateKey, change: Any = None, *, wrap: Any = longer, **fields: Any) -> dict[str, Any]:
    """An mdoc whose items are wrapped and changed by `fields`, and its security object by `change`."""
    structure = opened(issue(holder=holder))
    items, digests = [], {}
    for one in structure["nameSpaces"][SPACE]:
        item = cbor.decode(one.value, tags=None)
        if item["elementIdentifier"] in fields:
            item["elementValue"] = fields[item["elementIdentifier"]]
        items.append(wrap(at_length(item)))
        digests[item["digestID"]] = hashlib.sha256(items[-1].encoded).digest()
    protected, unprotected, payload, _ = structure["issuerAuth"]
    members = cbor.decode(cbor.embedded(cbor.decode(payload, tags=None)), tags=None)
    members["valueDigests"][SPACE] = digests
    if change:
        change(members)
    payload = cbor.encode(cbor.embed(at_length(members)))
    signed = cose.sign1(payload, signer=SIGNER, unprotected=unprotected)
    assert signed[0] == protected
    return {**structure, "nameSpaces": {SPACE: items}, "issuerAuth": signed}


def text(structure: dict[str, Any]) -> str:
    return base64url.encode(at_length(structure))


def test_at_greater_length_and_shown_on(ana: PrivateKey) -> None:
    secured = text(remade(ana))
    assert verify(secured).document[SPACE]["family_name"] == "Quispe"
    shown = verify_shown(present(secured, ana, (SPACE, "family_name")))
    assert shown.credentials[0].document == {SPACE: {"family_name": "Quispe"}}
    assert verify(base64url.encode(b"\xd9\xd9\xf7" + base64url.decode(secured))).issuer


def test_the_digest_is_over_the_bytes_received(ana: PrivateKey) -> None:
    structure = remade(ana)
    structure["nameSpaces"][SPACE] = [cbor.embed(one.value) for one in structure["nameSpaces"][SPACE]]
    with pytest.raises(SelloError, match="not as its issuer signed it"):
        verify(text(structure))


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (cbor.Tag(32, "https://a.example"), "https://a.example"),
        (cbor.Tag(2, b"\x40" + bytes(8)), 2**70),
        (2**63, 2**63),
        (1.5, 1.5),
        ([cbor.Tag(1004, "1990-05-25")], ["1990-05-25"]),
        (cbor.Tag(24, b"\x01"), "AQ"),
    ],
)
def test_elements_with_tags(ana: PrivateKey, value: Any, read: Any) -> None:
    structure = remade(ana, wrap=cbor.embed, family_name=value)
    assert verify(text(structure)).document[SPACE]["family_name"] == read


@pytest.mark.parametrize("value", [cbor.Tag(1004, "2030-01-01"), cbor.Tag(32, "x"), [1.5], None])
def test_members_of_later_editions(ana: PrivateKey, value: Any) -> None:
    def change(members: dict[str, Any]) -> None:
        members["later"] = value
        members["validityInfo"]["expectedUpdate"] = cbor.Tag(0, "2027-01-01T00:00:00Z")
        members["deviceKeyInfo"]["keyInfo"] = {-1: value}

    assert verify(text(remade(ana, change))).document[SPACE]["given_name"] == "Ana"


def test_members_that_are_known_keep_their_shape(ana: PrivateKey) -> None:
    for name, value in (("docType", cbor.Tag(32, "x")), ("validityInfo", {}), ("status", {})):
        with pytest.raises(SelloError):
            verify(text(remade(ana, lambda members, n=name, v=value: members.update({n: v}))))
    assert mso.VERSION == "1.0"
