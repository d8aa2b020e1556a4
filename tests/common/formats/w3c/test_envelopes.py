"""Envelopes: objects that are the data: URL of a token."""

from typing import Any

import pytest

from common.errors import SelloError
from common.formats.w3c.envelopes import (
    CREDENTIAL,
    PRESENTATION,
    envelop,
    is_envelope,
    open_envelope,
    unwrap_envelope,
)
from common.rdf.contexts import CREDENTIALS_V2

TOKEN = "a.b.c"


def test_there_and_back() -> None:
    for kind in (CREDENTIAL, PRESENTATION):
        document = envelop(TOKEN, kind=kind)
        assert is_envelope(document)
        assert open_envelope(document, kind=kind) == TOKEN
    assert not is_envelope({"type": ["VerifiableCredential"]})


def test_what_else_is_an_envelope() -> None:
    for change in (
        {"@context": CREDENTIALS_V2},
        {"type": [CREDENTIAL]},
        {"id": "data:application/vc+jwt;base64,YS5iLmM="},
        {"id": "data:application/jwt,a.b.c"},
        {"id": "data:application/vc+jwt;charset=utf-8,a.b.c"},
        {"id": "DATA:Application/VC+JWT; BASE64,YS5iLmM%3D"},
        {"id": "data:application/vc+jwt,a%2Eb%2Ec"},
    ):
        assert open_envelope(envelop(TOKEN, kind=CREDENTIAL) | change, kind=CREDENTIAL) == TOKEN


def test_what_an_envelope_of_either_kind_holds() -> None:
    for kind in (CREDENTIAL, PRESENTATION):
        assert (
            unwrap_envelope(envelop(TOKEN, kind=kind))
            == unwrap_envelope(envelop(TOKEN, kind=kind) | {"type": [kind]})
            == TOKEN
        )
    for other in (TOKEN, {"type": "VerifiableCredential", "proof": {}}):
        assert unwrap_envelope(other) == other


@pytest.mark.parametrize(
    "change",
    [
        {"@context": []},
        {"@context": ["https://www.w3.org/ns/credentials/examples/v2"]},
        {"@context": None},
        {"type": ["VerifiableCredential"]},
        {"type": [CREDENTIAL, "VerifiableCredential"]},
        {"type": PRESENTATION},
        {"id": TOKEN},
        {"id": "data:application/vc+jwt"},
        {"id": "data:text/plain,a.b.c"},
        {"id": "data:application/vp+jwt,a.b.c"},
        {"id": "data:application/vc+jwt;base64,?"},
        {"id": ["data:application/vc+jwt,a.b.c"]},
        {"id": None},
    ],
)
def test_what_is_none(change: dict[str, Any]) -> None:
    with pytest.raises(SelloError):
        open_envelope(envelop(TOKEN, kind=CREDENTIAL) | change, kind=CREDENTIAL)
