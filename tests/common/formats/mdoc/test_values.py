"""Values between JSON and CBOR, and which namespace an element stands in."""

from typing import Any

import pytest

from common.encoding import base64url
from common.encoding.cbor import Tag, embed
from common.errors import MalformedInputError
from common.formats.mdoc import values
from common.formats.mdoc.doctypes import MDL, PHOTO_ID, namespace


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Ana", "Ana"),
        ("1990-05-25", Tag(1004, "1990-05-25")),
        ("1990-02-30", "1990-02-30"),
        ("1990-05-25 or so", "1990-05-25 or so"),
        (True, True),
        (38, 38),
        ([{"issue_date": "2020-01-01"}], [{"issue_date": Tag(1004, "2020-01-01")}]),
    ],
)
def test_there_and_back(value: Any, written: Any) -> None:
    assert values.to_cbor("claim", value) == written
    assert values.to_json(written) == value


def test_what_others_write_is_read_as_json() -> None:
    assert values.to_json(b"\xff\xd8") == "_9g"
    assert values.to_json(Tag(0, "2026-11-21T12:00:00Z")) == "2026-11-21T12:00:00Z"
    assert values.to_json({1: (1.5, None), b"\0": "x"}) == {"1": [1.5, None], "AA": "x"}


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (Tag(32, "https://a.example"), "https://a.example"),
        (Tag(1, 1_700_000_000), 1_700_000_000),
        (Tag(2, b"\x40" + bytes(8)), 2**70),
        (Tag(3, b"\x40" + bytes(8)), -1 - 2**70),
        (Tag(2, bytes(65)), base64url.encode(bytes(65))),  # no number that anybody writes
        (Tag(100, 7449), "1990-05-25"),
        (Tag(37, b"\1"), "AQ"),
        (Tag(4, [-2, 27315]), [-2, 27315]),
        (Tag(55_555, {"a": Tag(1004, "1990-05-25")}), {"a": "1990-05-25"}),
        (embed(b"\1"), "AQ"),
    ],
)
def test_tags_are_left_out(value: Any, read: Any) -> None:
    assert values.to_json(value) == read


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        Tag(100, 10**9),
        Tag(1, float("nan")),
        {"1": 0, 1: 0},
        object(),
        {"a": object()},
    ],
)
def test_what_is_not_read(value: Any) -> None:
    with pytest.raises(MalformedInputError):
        values.to_json(value)


@pytest.mark.parametrize(
    "value", ["2026-11-21T12:00:00Z", Tag(1004, "2026-11-21"), Tag(0, "2026-11-21"), Tag(0, 1)]
)
def test_a_time_that_is_none(value: Any) -> None:
    with pytest.raises(MalformedInputError):
        values.read_date_time(value)


def test_namespaces() -> None:
    assert namespace(MDL, "family_name", own="own") == "org.iso.18013.5.1"
    assert namespace(MDL, "age_over_21", own="own") == "org.iso.18013.5.1"
    assert namespace(MDL, "age_over_all", own="own") == "own"
    assert namespace(PHOTO_ID, "age_over_18", own="own") == "org.iso.23220.1"
    assert namespace(PHOTO_ID, "travel_document_number", own="own") == "org.iso.23220.photoid.1"
    assert namespace(PHOTO_ID, "driving_privileges", own="own") == "own"
    assert namespace("https://registry.example/types/farmer", "family_name", own="own") == "own"
