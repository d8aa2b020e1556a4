"""What a `vct` leads to (SD-JWT VC §5, §6): the draft's own example of inheritance, and types that cheat."""

import base64
import hashlib
import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest

from common.did import Fetched
from common.errors import FetchError, SelloError
from common.formats.base import InvalidCredentialError
from common.formats.sd_jwt.issuance import conceal
from common.formats.sd_jwt.processing import Processed, process
from common.formats.sd_jwt.type_resolution import (
    MAX_ANCESTORS,
    CredentialType,
    InvalidTypeMetadataError,
    check_claims,
    check_integrity,
    resolve_type,
)
from tests.common.formats.sd_jwt.salts import salts

BASE, CHILD = "https://example.com/base-type-metadata", "https://example.com/custom-type-metadata"


def claim(path: list[Any], label: str = "", **more: Any) -> dict[str, Any]:
    display = {"display": [{"label": label, "locale": "en"}]} if label else {}
    return {"path": path, **display, **more}


# The example of "Example for Extending Type Metadata".
PARENT = {"vct": BASE, "claims": [claim(["name"], "Full Name"), claim(["address", "city"], "City")]}
EXTENDING = {
    "vct": CHILD,
    "extends": BASE,
    "claims": [claim(["address", "city"], "Town"), claim(["nationalities"], "Nationalities")],
}


class Web:
    """Documents by address; everything else is silent."""

    def __init__(self, *documents: Mapping[str, Any], **at: Any) -> None:
        self.pages = {str(one["vct"]): json.dumps(one).encode() for one in documents}
        self.asked = 0

    def __call__(self, url: str, *, accept: str = "") -> Fetched:
        self.asked += 1
        if url not in self.pages:
            raise FetchError("Nobody lives there.")
        return Fetched(self.pages[url])


def sri(document: bytes, name: str = "sha256") -> str:
    return f"{name}-{base64.b64encode(hashlib.new(name, document).digest()).decode()}"


def test_the_drafts_example_of_inheritance() -> None:
    found = resolve_type(CHILD, fetch=Web(PARENT, EXTENDING))
    assert (found.vct, found.ancestors) == (CHILD, (BASE,))
    labels = {one.path: one.words[0].text for one in found.claims if one.words}
    assert labels == {
        ("name",): "Full Name", ("address", "city"): "Town", ("nationalities",): "Nationalities"
    }  # fmt: skip


def test_display_is_inherited_whole_or_not_at_all() -> None:
    both = [{"locale": "en", "name": "Base"}, {"locale": "es", "name": "Básico"}]
    own = [{"locale": "en", "name": "Child"}]
    parent = {"vct": BASE, "display": both}
    inherited = resolve_type(CHILD, fetch=Web(parent, {"vct": CHILD, "extends": BASE}))
    assert [words.text for words in inherited.words] == ["Base", "Básico"]
    child = resolve_type(CHILD, fetch=Web(parent, {"vct": CHILD, "extends": BASE, "display": own}))
    assert [words.text for words in child.words] == ["Child"]


def chain(length: int, *, end: Mapping[str, Any]) -> Web:
    names = [f"https://example.com/{number}" for number in range(length)]
    return Web(
        *({"vct": one, "extends": other} for one, other in pairwise(names)),
        {"vct": names[-1], **end},
    )


def test_a_long_line_of_ancestors_has_an_end() -> None:
    first = "https://example.com/0"
    assert len(resolve_type(first, fetch=chain(MAX_ANCESTORS + 1, end={})).ancestors) == MAX_ANCESTORS
    endless = chain(50, end={})
    with pytest.raises(InvalidTypeMetadataError, match="more than"):
        resolve_type(first, fetch=endless)
    assert endless.asked <= MAX_ANCESTORS + 1


@pytest.mark.parametrize("back", ["https://example.com/0", "https://example.com/1", "https://example.com/2"])
def test_circles_are_refused(back: str) -> None:
    with pytest.raises(InvalidTypeMetadataError, match="extends itself"):
        resolve_type("https://example.com/0", fetch=chain(3, end={"extends": back}))


def test_integrity_of_the_type_and_of_what_it_extends() -> None:
    web = Web(PARENT)
    guarded = {**EXTENDING, "extends#integrity": sri(web.pages[BASE], "sha384")}
    web.pages[CHILD] = json.dumps(guarded).encode()
    assert resolve_type(CHILD, integrity=sri(web.pages[CHILD]), fetch=web).ancestors == (BASE,)
    with pytest.raises(InvalidTypeMetadataError, match="not the one"):
        resolve_type(CHILD, integrity=sri(b"another"), fetch=web)
    web.pages[BASE] += b" "
    with pytest.raises(InvalidTypeMetadataError, match="not the one"):
        resolve_type(CHILD, integrity=sri(web.pages[CHILD]), fetch=web)


def test_the_strongest_digest_counts() -> None:
    check_integrity(b"x", f"{sri(b'another')} {sri(b'x', 'sha512')}?ct=json")
    check_integrity(b"x", f"{sri(b'y')} {sri(b'x')}")
    for bad in (
        f"{sri(b'x')} {sri(b'y', 'sha512')}",
        7,
        None,
        [sri(b"x")],
        "md5-AAAA",
        "sha256-",
        "sha256-%%%",
        f"{sri(b'x')[:20]}%{sri(b'x')[20:]}",
        "",
        7,
        ["sha256-x"],
    ):
        with pytest.raises(InvalidTypeMetadataError):
            check_integrity(b"x", bad)


def test_what_cannot_be_asked_is_open() -> None:
    for vct in (CHILD, "urn:example:type", "data:application/json,{}", "file:///etc/passwd"):
        with pytest.raises(FetchError):
            resolve_type(vct, fetch=Web(PARENT))


@pytest.mark.parametrize(
    "change",
    [
        {"vct": BASE}, {"vct": None}, {"extends": 7}, {"claims": {}}, {"claims": [7]}, {"claims": [{}]},
        {"claims": [claim([])]}, {"claims": [claim(["a", -1])]}, {"claims": [claim(["a", True])]},
        {"claims": [claim(["a"]), claim(["a"])]}, {"claims": [claim(["a"], sd="sometimes")]},
        {"claims": [claim(["a"], mandatory=1)]}, {"claims": [claim(["a"], display=[{"locale": "en"}])]},
        {"claims": [claim(["a"], display={})]}, {"display": "x"}, {"display": [{"name": "x"}]},
        {"display": [7]}, {"claims": [claim(["a"])] * 501},
    ],
)  # fmt: skip
def test_documents_refused(change: Mapping[str, Any]) -> None:
    web = Web()
    web.pages[CHILD] = json.dumps({"vct": CHILD, **change}).encode()
    with pytest.raises(InvalidTypeMetadataError):
        resolve_type(CHILD, fetch=web)


def test_no_json_at_all() -> None:
    web = Web()
    for body in (b"", b"<html>", b"[]", b'{"vct":"a","vct":"b"}', b"\xff"):
        web.pages[CHILD] = body
        with pytest.raises(InvalidTypeMetadataError):
            resolve_type(CHILD, fetch=web)


@pytest.mark.parametrize(
    ("parent", "child", "fine"),
    [
        ({"sd": "always"}, {"sd": "never"}, False),
        ({"sd": "never"}, {"sd": "allowed"}, False),
        ({"sd": "always"}, {}, True),
        ({"sd": "allowed"}, {"sd": "never"}, True),
        ({}, {"sd": "always"}, True),
        ({"mandatory": True}, {"mandatory": False}, False),
        ({"mandatory": True}, {}, True),
        ({"mandatory": False}, {"mandatory": True}, True),
    ],
)
def test_what_a_child_may_override(parent: dict[str, Any], child: dict[str, Any], fine: bool) -> None:
    web = Web(
        {"vct": BASE, "claims": [claim(["a"], **parent)]},
        {"vct": CHILD, "extends": BASE, "claims": [claim(["a"], **child)]},
    )
    if not fine:
        with pytest.raises(InvalidTypeMetadataError):
            resolve_type(CHILD, fetch=web)
        return
    [found] = resolve_type(CHILD, fetch=web).claims
    merged = {**parent, **child}
    assert (found.sd, found.mandatory) == (merged.get("sd"), merged.get("mandatory"))


def issued(claims: dict[str, Any], *concealed: tuple[str | int | None, ...]) -> Processed:
    payload, disclosures = conceal(claims, concealed, salt=salts(), decoys_to=1)
    return process(payload, [one.encoded for one in disclosures])


def checked(found: CredentialType, processed: Processed, *, whole: bool = True) -> None:
    check_claims(found, processed.payload, disclosed=[place for place, _ in processed.places], whole=whole)


ANA = {"name": "Ana", "born": {"year": 1990}, "crops": ["quinoa", "oca"]}
SEALED = issued(ANA, ("name",), ("born", "year"), ("crops", None))


@pytest.mark.parametrize(
    ("described", "fine"),
    [
        (claim(["name"], mandatory=True, sd="always"), True),
        (claim(["name"], sd="never"), False),
        (claim(["born"], sd="never"), True),  # its part is concealed, not itself
        (claim(["born"], sd="always"), False),
        (claim(["born", "year"], sd="always"), True),
        (claim(["crops", None], sd="always", mandatory=True), True),
        (claim(["crops", 1], sd="never"), False),
        (claim(["crops", 2], sd="never"), True),  # selects nothing
        (claim(["height"], sd="always"), True),
        (claim(["height"], mandatory=True), False),
        (claim(["born", None]), False),
        (claim(["name", "first"]), False),
        (claim(["height", "unit", None]), True),
    ],
)
def test_a_credential_is_as_its_type_says(described: dict[str, Any], fine: bool) -> None:
    found = resolve_type(BASE, fetch=Web({"vct": BASE, "claims": [described]}))
    if fine:
        checked(found, SEALED)
    else:
        with pytest.raises(InvalidCredentialError):
            checked(found, SEALED)


SHOWN = Processed(
    {"name": "Ana", "born": {}, "crops": ["oca"]},
    tuple((place, one) for place, one in SEALED.places if place == ("name",)),
    SEALED.hash_algorithm,
)


@pytest.mark.parametrize(
    ("described", "fine"),
    [
        (claim(["name"], sd="always", mandatory=True), True),
        (claim(["name"], sd="never"), False),
        (claim(["born", "year"], mandatory=True), True),  # perhaps kept back
        (claim(["born", "year"], mandatory=True, sd="always"), True),
        (claim(["born", "year"], mandatory=True, sd="never"), False),
        (claim(["crops", 0], sd="always"), True),  # which one this was, nobody knows
        (claim(["crops", None], sd="always"), False),
        (claim(["name", "first"]), False),
    ],
)
def test_a_part_of_it_is_as_its_type_says(described: dict[str, Any], fine: bool) -> None:
    found = resolve_type(BASE, fetch=Web({"vct": BASE, "claims": [described]}))
    if fine:
        checked(found, SHOWN, whole=False)
    else:
        with pytest.raises(InvalidCredentialError):
            checked(found, SHOWN, whole=False)


def test_errors_carry_no_claims() -> None:
    found = resolve_type(BASE, fetch=Web({"vct": BASE, "claims": [claim(["name"], sd="never")]}))
    with pytest.raises(SelloError) as caught:
        checked(found, SEALED)
    assert "Ana" not in str(caught.value)


def test_members_of_a_type_that_are_null_say_nothing() -> None:
    displayed = {"label": "Name", "locale": "en", "description": None}
    described = {"path": ["a", None], "display": [displayed], "mandatory": None, "sd": None, "svg_id": None}
    source = {"vct": BASE, "extends": None, "extends#integrity": None, "display": None, "claims": [described]}
    found = resolve_type(BASE, fetch=Web(source))
    assert found.ancestors == ()
    assert [one.path for one in found.claims] == [("a", None)]
