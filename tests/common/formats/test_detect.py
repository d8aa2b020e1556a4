"""A format is told by its shape."""

import re
from typing import Any

import pytest

from common.errors import MalformedInputError, UnknownPartError
from common.formats import FORMATS
from common.formats.base import Secured
from common.formats.detect import find_format
from common.formats.traits import Kind
from common.formats.vc_jwt import VcJwt


@pytest.mark.parametrize(
    ("secured", "name", "kind"),
    [
        ("a.b.c~", "dc+sd-jwt", "credential"),
        ("a.b.c~x~", "dc+sd-jwt", "credential"),
        ("a.b.c~x~d.e.f", "dc+sd-jwt", "presentation"),
        ({"type": ["VerifiableCredential", "X"], "proof": {}}, "ldp_vc", "credential"),
        ({"type": "VerifiablePresentation", "proof": {}}, "ldp_vc", "presentation"),
        ({"type": ["VerifiablePresentation"], "proof": []}, "ldp_vc", "presentation"),
    ],
)
def test_find_format(secured: Any, name: str, kind: str) -> None:
    assert find_format(secured) == (name, FORMATS[name], kind)


@pytest.mark.parametrize("secured", [{"type": ["VerifiableCredential"]}, "", "hello", "a.b"])
def test_what_is_none(secured: Any) -> None:
    with pytest.raises(MalformedInputError):
        find_format(secured)


def test_a_format_that_is_not_here_names_those_that_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(FORMATS, "ldp_vc")
    with pytest.raises(MalformedInputError, match=r"known: .*dc\+sd-jwt"):
        find_format({"type": ["VerifiableCredential"], "proof": {}})


def test_a_further_format_is_one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    class Toy(VcJwt):
        def detect(self, secured: Secured) -> Kind | None:
            return "credential" if str(secured).startswith("toy:") else None

    monkeypatch.setitem(FORMATS, "toy", toy := Toy("toy"))
    assert find_format("toy:1") == ("toy", toy, "credential")
    assert find_format("a.b.c~")[0] == "dc+sd-jwt"


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_says_its_own_identifier(name: str) -> None:
    assert FORMATS[name].traits.identifier == name


def test_a_suite_is_of_one_format() -> None:
    assert FORMATS["ldp_vc"].with_suite("ecdsa-sd-2023").traits.selective
    assert FORMATS["dc+sd-jwt"].with_suite("ES256") is FORMATS["dc+sd-jwt"]
    for name in FORMATS:
        with pytest.raises(UnknownPartError, match=f"Unknown suite of {re.escape(name)}"):
            FORMATS[name].with_suite("rot13")
