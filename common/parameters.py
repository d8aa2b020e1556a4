"""What an operator may say of a part (an action, a gateway): declared once, refused where it is entered.

A part has a mapping of its parameters by name. `check_parameters` reads what was entered against it, in a
form, a command or sample data, before anything is kept.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from common.errors import SelloError, UnknownPartError

Check = Callable[[str, Any], None]
"""Raises a `SelloError` unless a value is one that the named parameter may have."""
MAX_TEXT: Final = 1_000
MAX_DAYS: Final = 3_650


class InvalidParameterError(SelloError):
    """A parameter that is missing, or has a value that cannot be."""

    code = "invalid_request"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a part: the kind of its value, and whether the part can do without it."""

    kind: Check
    required: bool = False


Parameters = Mapping[str, Parameter]


def check_parameters(given: Any, declared: Parameters, *, of: str) -> None:
    """Raise unless `given` has what `of` (such as "the action account") needs, and nothing else.

    Raises `UnknownPartError` for a name that is not declared, `InvalidParameterError` for one that is
    missing; a value of the wrong kind is told by its own check.
    """
    if not isinstance(given, Mapping):
        raise InvalidParameterError(f"What {of} is told is an object of parameters and their values.")
    check_names(given, declared, of=of)
    check_values(given, declared, of=of)


def check_names(given: Iterable[str], declared: Parameters, *, of: str) -> None:
    """Raise `UnknownPartError` for a name that `of` does not declare."""
    for name in given:
        if name not in declared:
            raise UnknownPartError(f"parameter of {of}", name, declared)


def check_values(given: Mapping[str, Any], declared: Parameters, *, of: str) -> None:
    """As `check_parameters`, but what is not declared is passed over: it may be of an earlier set-up."""
    for name, parameter in declared.items():
        if given.get(name) not in (None, ""):
            parameter.kind(name, given[name])
        elif parameter.required:
            raise InvalidParameterError(f"{of[:1].upper()}{of[1:]} needs the parameter {name}.")
        elif name in given:
            raise InvalidParameterError(f"{name} is empty; leave it out.")


def text(name: str, value: Any) -> None:
    """A text that says something."""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT:
        raise InvalidParameterError(f"{name} is a text of 1 to {MAX_TEXT} characters.")


def list_of_texts(name: str, value: Any) -> None:
    """A list of texts, at least one."""
    if not isinstance(value, list | tuple) or not value or not all(isinstance(one, str) for one in value):
        raise InvalidParameterError(f"{name} is a list of texts.")


def texts_by_name(name: str, value: Any) -> None:
    """Texts by the names that they explain."""
    if not isinstance(value, Mapping) or not all(isinstance(each, str) for each in value.values()):
        raise InvalidParameterError(f"{name} is an object that has a text for each name.")


def days(name: str, value: Any) -> None:
    """A number of days, up to ten years."""
    if type(value) is not int or not 0 < value <= MAX_DAYS:
        raise InvalidParameterError(f"{name} is a number of days.")


def choice_of(*words: Any) -> Check:
    """One of `words`, and of their type: 1 is not True."""

    def check(name: str, value: Any) -> None:
        if value not in words or type(value) is not type(words[0]):
            raise InvalidParameterError(f"{name} is {' or '.join(map(str, words))}.")

    return check


def group(declared: Parameters) -> Check:
    """An object with parameters of its own."""

    def check(name: str, value: Any) -> None:
        if not isinstance(value, Mapping):
            raise InvalidParameterError(f"{name} is an object with {', '.join(declared)}.")
        check_parameters(value, declared, of=name)

    return check
