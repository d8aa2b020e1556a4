"""Holding a message against the OpenAPI text that it is written for, as that text stands."""

from functools import cache
from typing import Any

import yaml
from jsonschema import Draft4Validator

from tests.conftest import shared

JSON = "content/application~1json/schema"


@cache
def _text(file: str) -> dict[str, Any]:
    text: dict[str, Any] = yaml.safe_load(shared(file).read_text())
    return text


def request_problems(file: str, path: str, body: object) -> list[str]:
    """What `file` (below shared/api) has against this request to `path`."""
    return _problems(file, f"#/paths/{path.replace('/', '~1')}/post/requestBody/{JSON}", body)


def answer_problems(file: str, path: str, body: object) -> list[str]:
    """What it has against this answer of `path`, where it describes one or refers to one."""
    default = _text(f"api/{file}")["paths"][path]["post"]["responses"]["default"]
    if "$ref" in default:
        return _problems(file, f"{default['$ref']}/{JSON}", body)
    return _problems(file, f"#/paths/{path.replace('/', '~1')}/post/responses/default/{JSON}", body)


def _problems(file: str, pointer: str, body: object) -> list[str]:
    # A schema beside `$ref` counts for nothing in this draft, so the text may stand around it.
    validator = Draft4Validator({**_text(f"api/{file}"), "$ref": pointer})
    return [f"{'/'.join(map(str, error.path))}: {error.message}" for error in validator.iter_errors(body)]
