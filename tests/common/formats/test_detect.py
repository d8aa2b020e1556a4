"""A format is told by its shape."""

from typing import Any

import pytest

from common.errors import MalformedInputError, UnknownPartError
from common.formats import FORMATS
from common.formats.detect import find_format


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
    with pytest.raises(UnknownPartError, match=r"known: .*dc\+sd-jwt"):
        find_format({"type": ["VerifiableCredential"], "proof": {}})
