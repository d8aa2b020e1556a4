"""credentialSchema: what a schema wants, and what a schema may not do to us."""

from typing import Any

import pytest

from common.errors import FetchFailed, SelloError
from common.vcdm.schemas import check_schemas

URL = "https://registry.example/schema"
CREDENTIAL = {"credentialSubject": {"name": "Ana", "code": "F-0001"}}


def subject(**properties: Any) -> dict[str, Any]:
    return {"properties": {"credentialSubject": {"properties": properties, "required": ["name"]}}}


def check(schema: Any, *, entry: dict[str, Any] | None = None, **changes: Any) -> None:
    document = CREDENTIAL | {"credentialSchema": entry or {"id": URL, "type": "JsonSchema"}} | changes
    check_schemas(document, fetch=lambda url: schema)


@pytest.mark.parametrize(
    "schema",
    [
        {},
        subject(name={"type": "string"}),
        subject(code={"pattern": "^F-[0-9]+$"}),
        {"$defs": {"text": {"type": "string"}}, **subject(name={"$ref": "#/$defs/text"})},
        {"$schema": "http://json-schema.org/draft-07/schema#", **subject(name={"const": "Ana"})},
    ],
)
def test_a_credential_as_its_schema_says(schema: dict[str, Any]) -> None:
    check(schema)


@pytest.mark.parametrize(
    "schema",
    [
        subject(name={"type": "integer"}),
        subject(code={"pattern": "^P-"}),
        {"type": "array"},
        {"type": "no such type"},
        {"$ref": "https://elsewhere.example/schema"},
        {"$ref": "#/nowhere"},
        {"$ref": "#"},
        subject(code={"pattern": "(a+)+$"}),  # would never end
        subject(code={"pattern": "("}),
        subject(code={"pattern": "a*a*a*a*a*a*a*a*a*b"}),
        {"properties": {"credentialSubject": {"patternProperties": {"(a+)+$": {}}}}},
    ],
)
def test_schemas_that_fail_a_credential(schema: dict[str, Any]) -> None:
    with pytest.raises(SelloError) as caught:
        check(schema)
    assert caught.value.code == "MALFORMED_VALUE_ERROR"


def test_what_is_missing() -> None:
    with pytest.raises(SelloError):
        check(subject(), credentialSubject={"code": "F-0001"})


def test_other_kinds_of_schemas_are_passed_over() -> None:
    check({"type": "array"}, entry={"id": URL, "type": "ShaclSchema"})


def test_a_schema_that_is_not_there_is_an_error() -> None:
    def nowhere(url: str) -> dict[str, Any]:
        raise FetchFailed("Nothing is there.")

    with pytest.raises(FetchFailed):
        check_schemas({"credentialSchema": {"id": URL, "type": "JsonSchema"}}, fetch=nowhere)


def test_too_many_are_refused() -> None:
    entries = [{"id": f"{URL}{number}", "type": "JsonSchema"} for number in range(6)]
    with pytest.raises(SelloError):
        check({}, entry=entries)  # type: ignore[arg-type]
