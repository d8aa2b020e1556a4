"""RFC 8785: its own examples, its published files, and what has no canonical text."""

import json
from typing import Any

import pytest

from common.encoding import jcs
from common.errors import MalformedInputError
from tests.conftest import shared


def test_the_sample_of_section_3_2_2() -> None:
    value = json.loads(
        r"""{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"""
    )
    assert jcs.canonicalize(value).hex() == (
        "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b3333333333333333"
        "332e333333333333332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c75"
        "303030665c6e4127425c225c5c5c5c5c222f227d"
    )


def test_keys_are_sorted_by_utf_16_code_units() -> None:
    """§3.2.3: U+1F600 is written D83D DE00 and comes before U+FB33."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    text = jcs.canonicalize(dict.fromkeys(keys, 0)).decode()
    assert list(json.loads(text)) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_published_files(name: str) -> None:
    value = json.loads(shared(f"vectors/jcs/input/{name}.json").read_text("utf-8"))
    assert jcs.canonicalize(value) == bytes.fromhex(shared(f"vectors/jcs/outhex/{name}.txt").read_text())


def test_integers_up_to_2_53_are_exact() -> None:
    assert jcs.canonicalize([2**53 - 1, -(2**53) + 1]) == b"[9007199254740991,-9007199254740991]"


@pytest.mark.parametrize(
    "value",
    [[2**53 + 1], [-(2**53) - 1], [float("nan")], [float("inf")], ["\ud800"], {1: "a"}, [b"bytes"], [{1, 2}],
     [object()]],
    ids=["2^53+1", "-2^53-1", "NaN", "Infinity", "lone surrogate", "number as key", "bytes", "set", "object"],
)  # fmt: skip
def test_what_has_no_canonical_text_is_refused(value: Any) -> None:
    with pytest.raises(MalformedInputError):
        jcs.canonicalize(value)


def test_a_value_nested_too_deeply_is_refused() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(MalformedInputError):
        jcs.canonicalize(value)
