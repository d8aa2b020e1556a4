"""Holding what endpoints answer against `/api/schema/`: statuses, media types, bodies, error codes."""

import json
import re
from functools import cache
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseBase
from django.urls import is_valid_path
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

METHODS = ("get", "post", "put", "patch", "delete")


@cache
def document() -> dict[str, Any]:
    """The description, as everybody may fetch it."""
    generator: Any = SchemaGenerator()  # type: ignore[no-untyped-call]
    described: dict[str, Any] = generator.get_schema(request=None, public=True)
    return described


def answer_faults(response: HttpResponseBase, *, method: str, path: str) -> list[str]:
    """What an answer says that its operation does not; nothing where nobody describes the address."""
    template = _template(path) if is_valid_path(path) else ""
    operation = document()["paths"].get(template, {}).get(method.lower())
    if operation is None:
        return []
    here = f"{method} {template} {response.status_code}"
    described = operation["responses"].get(str(response.status_code))
    if described is None:
        return [f"{here}: this status is not described"]
    if not isinstance(response, HttpResponse) or not response.content:
        return []
    media_type = response.headers.get("Content-Type", "").partition(";")[0]
    if media_type not in described.get("content", {}):
        return [f"{here}: {media_type} is not described"]
    if not media_type.endswith("json"):
        return []
    body = json.loads(response.content)
    pointer = _pointer(
        "paths", template, method.lower(), "responses", str(response.status_code), "content", media_type
    )
    return [f"{here}: {fault}" for fault in (*_faults(pointer, body), *_unknown_codes(described, body))]


def example_faults(path: str, method: str, operation: dict[str, Any]) -> list[str]:
    """Where an example of an operation is not of the schema beside it."""
    places: list[tuple[tuple[str, ...], dict[str, Any]]] = [
        (("responses", status), answer) for status, answer in operation["responses"].items()
    ]
    if "requestBody" in operation:
        places.append((("requestBody",), operation["requestBody"]))
    return [
        f"{method} {path} {' '.join(steps)} {name}: {fault}"
        for steps, place in places
        for kind, content in place.get("content", {}).items()
        for name, example in content.get("examples", {}).items()
        for fault in _faults(_pointer("paths", path, method, *steps, "content", kind), example["value"])
    ]


@cache
def _templates() -> list[tuple[re.Pattern[str], str]]:
    """Addresses with the fewest parameters first."""
    found = sorted(document()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\\{\w+\\}", _parameter, re.escape(path))), path) for path in found]


def _parameter(match: re.Match[str]) -> str:
    return ".+" if match[0] == r"\{did\}" else "[^/]+"


@cache
def _template(path: str) -> str:
    return next((template for pattern, template in _templates() if pattern.fullmatch(path)), "")


@cache
def _validator(pointer: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#{pointer}/schema", **_with_null(document())})


def _faults(pointer: str, body: Any) -> list[str]:
    return [
        f"{'/'.join(map(str, error.path))}: {error.message[:300]}"
        for error in _validator(pointer).iter_errors(body)
    ]


def _unknown_codes(described: dict[str, Any], body: Any) -> list[str]:
    """Codes in an error that none of its examples has."""
    examples = [
        each["value"]
        for content in described["content"].values()
        for each in content.get("examples", {}).values()
    ]
    known = {code for example in examples for code in error_codes(example)}
    return [f"the code {code} is in no example" for code in error_codes(body) if code not in known]


def error_codes(body: Any) -> list[str]:
    """The code of an error, in the member where its protocol has it."""
    if not isinstance(body, dict):
        return []
    if isinstance(body.get("errors"), list):
        return [each["code"] for each in body["errors"]]
    if isinstance(body.get("error"), str):
        return [body["error"]]
    return [body["type"]] if "detail" in body and "type" in body else []


def _pointer(*steps: str) -> str:
    """A JSON Pointer as a fragment (RFC 6901 §6)."""
    return "".join("/" + quote(step.replace("~", "~0").replace("/", "~1"), safe="") for step in steps)


def _with_null(node: Any) -> Any:
    """OpenAPI 3.0's `nullable`, in the words of JSON Schema."""
    if isinstance(node, list):
        return [_with_null(each) for each in node]
    if not isinstance(node, dict):
        return node
    found = {name: _with_null(value) for name, value in node.items()}
    return {**found, "type": [found["type"], "null"]} if found.get("nullable") is True else found
