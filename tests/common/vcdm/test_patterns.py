"""Patterns as ECMA-262 means them, as far as linear time goes."""

import pytest

from common import purse
from common.errors import UndeterminedError
from common.purse import Purse, PurseEmptyError
from common.vcdm import patterns


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("^F-\\d{4}$", "F-0001", True),
        ("^F-\\d{4}$", "F-0001\n", False),  # where Python would say yes
        ("\\d", "٣", False),  # ECMA-262's digits are ASCII's
        ("^\\u00e9t\\u00E9$", "été", True),
        ("\\\\u0041", "\\u0041", True),
        ("\\p{Lu}", "É", True),
        ("^[^\\s@]+@[^\\s@]+\\.[a-z]{2,}$", "ana@example.org", True),
        ("^data:image/(png|jpeg);base64,[A-Za-z0-9+/=]+$", "data:image/png;base64," + "A" * 200_000, True),
        ("^(a|a)*$", "a" * 5_000 + "b", False),
        ("^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 5_000, False),
    ],
)
def test_what_fits(pattern: str, text: str, fits: bool) -> None:
    assert patterns.search_pattern(pattern, text) is fits


@pytest.mark.parametrize(
    "pattern", ["(?=a)", "(?<!a)b", "(a)\\1", "(", "a{1001}", "x" * 2_001, "((a{1000}){1000}){1000}"]
)
def test_what_is_not_tried(pattern: str) -> None:
    with pytest.raises(patterns.PatternNotTriedError) as caught:
        patterns.search_pattern(pattern, "a")
    assert isinstance(caught.value, UndeterminedError)


def test_a_large_pattern_on_a_large_text_is_not_tried() -> None:
    patterns.search_pattern("(a?){900}b", "a" * 500)
    with pytest.raises(patterns.PatternNotTriedError):
        patterns.search_pattern("(a?){900}b", "a" * 100_000)


def test_searching_is_paid_for() -> None:
    with purse.open_purse(Purse(steps=10_000)):
        patterns.search_pattern("(a?){900}b", "a" * 500)
        with pytest.raises(PurseEmptyError):
            patterns.search_pattern("(a?){900}b", "a" * 500)
