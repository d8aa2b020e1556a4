"""JSON that two readers could read differently is an error, not a choice."""

import pytest

from common.encoding import strict_json
from common.errors import MalformedInputError


def test_plain_json_is_read() -> None:
    assert strict_json.loads(b'{"a": [1, "\\u00f1", null, true], "b": {"a": -0}}') == {
        "a": [1, "ñ", None, True],
        "b": {"a": 0},
    }
    assert strict_json.loads('"text"') == "text"


@pytest.mark.parametrize(
    "text",
    ['{"a": 1, "a": 1}', '{"a": 1, "a": 2}', '{"a": 1, "\\u0061": 2}', '[{"b": {"c": 1, "d": 2, "c": 3}}]'],
)
def test_a_key_that_stands_twice_is_refused(text: str) -> None:
    with pytest.raises(MalformedInputError, match="twice"):
        strict_json.loads(text)


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}'])
def test_constants_that_are_not_json_are_refused(text: str) -> None:
    with pytest.raises(MalformedInputError, match="not JSON"):
        strict_json.loads(text)


def test_integers_within_2_53_are_exact() -> None:
    assert strict_json.loads("[9007199254740991, -9007199254740991]") == [2**53 - 1, -(2**53) + 1]


@pytest.mark.parametrize(
    "text", ["9007199254740992", "9007199254740993", "-9007199254740992", "1" + "0" * 400, "1" + "0" * 5_000]
)
def test_integers_beyond_2_53_are_refused(text: str) -> None:
    with pytest.raises(MalformedInputError, match="2\\^53"):
        strict_json.loads(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.5", 1.5),
        ("1.0", 1),
        ("1e3", 1000),
        ("[0.1]", [0.1]),
        ("-0.0", 0),
        ("1E+300", 1e300),
        ("1e-400", 0),
    ],
)
def test_numbers_with_a_fraction_or_an_exponent_are_read(text: str, value: object) -> None:
    assert strict_json.loads(text) == value


def test_members_that_are_null_say_nothing_and_elements_keep_their_place() -> None:
    said = {"a": None, "b": {"c": None, "d": [None, {"e": None}]}, "path": ["x", None]}
    assert strict_json.without_nulls(said) == {"b": {"d": [None, {}]}, "path": ["x", None]}


@pytest.mark.parametrize("text", ["1e999", "-1e999"])
def test_a_float_that_overflows_is_refused(text: str) -> None:
    with pytest.raises(MalformedInputError):
        strict_json.loads(text)


@pytest.mark.parametrize("text", ['"\\ud800"', '{"a": ["\\udc00\\ud800"]}', '{"\\uDBFF": 1}', '"\ud800"'])
def test_half_a_character_is_refused(text: str) -> None:
    with pytest.raises(MalformedInputError):
        strict_json.loads(text)


def test_a_whole_character_may_be_escaped() -> None:
    assert strict_json.loads('"\\ud83d\\ude00"') == "😀"


@pytest.mark.parametrize(
    "text",
    ["[" * 65 + "]" * 65, '{"a":' * 65 + "1" + "}" * 65, "[" * 100_000, "[" * 100_000 + "]" * 100_000],
    ids=["65 lists", "65 objects", "100,000 open", "100,000 lists"],
)
def test_deep_nesting_is_refused(text: str) -> None:
    with pytest.raises(MalformedInputError):
        strict_json.loads(text)


def test_the_deepest_nesting_that_is_read() -> None:
    strict_json.loads("[" * 64 + "]" * 64)


@pytest.mark.parametrize(
    "text",
    [b"", b" ", b"{", b"[1,]", b"{'a': 1}", b"{a: 1}", b"1 2", b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00",
     b'"\xed\xa0\x80"', b'"\x01"', b"01", b"+1", b"/* */ 1", b"nul"],
)  # fmt: skip
def test_what_is_not_json_is_refused(text: bytes) -> None:
    with pytest.raises(MalformedInputError):
        strict_json.loads(text)


def test_a_swollen_text_is_refused_unread() -> None:
    for text in (b'"' + b"x" * 20 + b'"', '"' + "x" * 20 + '"'):
        with pytest.raises(MalformedInputError, match="larger than 10"):
            strict_json.loads(text, max_bytes=10)


@pytest.mark.parametrize("text", ["[]", '"a"', "1", "null"])
def test_an_object_was_expected(text: str) -> None:
    with pytest.raises(MalformedInputError, match="object"):
        strict_json.loads_object(text)
    assert strict_json.loads_object("{}") == {}


@pytest.mark.parametrize(
    ("text", "number"),
    [("2", 2), ("2.0", 2), ("2e0", 2), ("1E+2", 100), ("-0", 0), ("-0.0", 0), ("2.5", None), ("1e17", None),
     ("true", None), ('"2"', None), ("null", None)],
)  # fmt: skip
def test_whole_numbers_however_they_are_written(text: str, number: int | None) -> None:
    found = strict_json.whole(strict_json.loads(text))
    assert (found, type(found)) == (number, type(number))
