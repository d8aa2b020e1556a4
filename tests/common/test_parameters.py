"""What is entered for a part is what the part declares: known names, nothing missing, each of its kind."""

from typing import Any

import pytest

from common import parameters
from common.errors import SelloError, UnknownPartError
from common.parameters import InvalidParameterError, Parameter, check_parameters, check_values

DECLARED = {
    "name": Parameter(parameters.text, required=True),
    "others": Parameter(parameters.list_of_texts),
    "words": Parameter(parameters.texts_by_name),
    "days": Parameter(parameters.days),
    "mode": Parameter(parameters.choice_of("sync", "async")),
    "names": Parameter(parameters.choice_of(True, False)),
    "terms": Parameter(parameters.group({"days": Parameter(parameters.days, required=True)})),
}
RIGHT = {
    "name": "A", "others": ["B"], "words": {"a": "A"}, "days": 3, "mode": "sync", "names": False,
    "terms": {"days": 30},
}  # fmt: skip


def test_what_is_right_passes() -> None:
    check_parameters(RIGHT, DECLARED, of="the part")
    check_parameters({"name": "A"}, DECLARED, of="the part")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": None}, "The part needs the parameter name"),
        ({"name": ""}, "needs the parameter name"),
        ({"name": 7}, "name is a text"),
        ({"name": "x" * 1_001}, "1 to 1000"),
        ({"others": "B"}, "list of texts"),
        ({"others": []}, "list of texts"),
        ({"others": ["B", 7]}, "list of texts"),
        ({"words": ["a"]}, "a text for each name"),
        ({"words": {"a": 1}}, "a text for each name"),
        ({"days": 0}, "number of days"),
        ({"days": 3_651}, "number of days"),
        ({"days": True}, "number of days"),
        ({"days": "3"}, "number of days"),
        ({"mode": "later"}, "sync or async"),
        ({"names": 1}, "True or False"),
        ({"mode": ""}, "leave it out"),
        ({"terms": 30}, "terms is an object"),
        ({"terms": {}}, "Terms needs the parameter days"),
        ({"terms": {"days": 30, "hours": 1}}, "Unknown parameter of terms 'hours'; known: days"),
        ({"nmae": "A"}, "Unknown parameter of the part 'nmae'"),
    ],
)
def test_what_is_wrong_is_said(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(SelloError, match=said):
        check_parameters({**RIGHT, **wrong}, DECLARED, of="the part")


def test_what_an_earlier_part_was_told_may_stay() -> None:
    check_values({**RIGHT, "folder": "outbox"}, DECLARED, of="the part")
    with pytest.raises(UnknownPartError):
        check_parameters({**RIGHT, "folder": "outbox"}, DECLARED, of="the part")
    with pytest.raises(InvalidParameterError):
        check_values({"folder": "outbox"}, DECLARED, of="the part")
