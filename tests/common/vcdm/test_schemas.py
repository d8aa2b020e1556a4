"""credentialSchema: what a schema wants, and what a schema may not do to us."""

import urllib.request
from typing import Any

import pytest

from common import purse
from common.errors import FetchFailed, SelloError
from common.purse import Purse
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
        subject(code={"pattern": "^[A-Z]-\\d{4}$"}, name={"pattern": "^\\u0041na$"}),
        subject(code={"enum": ["F-0002", "F-0001"]}),
        {"properties": {"credentialSubject": {"patternProperties": {"(a+)+$": {}}}}},
        {
            "properties": {
                "credentialSubject": {"patternProperties": {"^(co|na)": {}}, "additionalProperties": False}
            }
        },
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
        {"properties": {"credentialSubject": {"patternProperties": {"^co": {"type": "integer"}}}}},
        {
            "properties": {
                "credentialSubject": {"patternProperties": {"^co": {}}, "additionalProperties": False}
            }
        },
        subject(code={"enum": ["F-0002", "P-0001"]}),
        subject(code={"const": True}),
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


def doubling(times: int) -> dict[str, Any]:
    """A schema of a few lines whose references are followed 2^times times."""
    parts: dict[str, Any] = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(times)}
    return {"$ref": "#/$defs/d0", "$defs": {**parts, f"d{times}": {"type": "object"}}}


def recursive(keyword: str, **more: Any) -> dict[str, Any]:
    """A schema that asks twice about each level of a document, and so 2^depth times about its last."""
    again = {"properties": {"t": {keyword: "#"}}}
    return {"$dynamicAnchor": "t", "allOf": [again, again], **more}


def deep(levels: int) -> Any:
    value: Any = "v"
    for _ in range(levels):
        value = {"t": value}
    return value


OTHER_DIALECT = {"$schema": "http://json-schema.org/draft-07/schema#"}


@pytest.mark.parametrize(
    ("schema", "more"),
    [
        (doubling(30), {}),
        ({**doubling(30), "unevaluatedProperties": True}, {}),
        (recursive("$ref"), {"t": deep(40)}),
        (recursive("$dynamicRef", unevaluatedProperties=True), {"t": deep(40)}),
        ({"allOf": [{"anyOf": [{"type": "number"}] * 3_000 + [True]}]}, {"t": "x" * 200_000}),
        ({"properties": {"t": {"items": {"enum": list(range(5_000))}}}}, {"t": list(range(5_000))}),
        ({"properties": {"t": {"pattern": "(a?){900}b"}}}, {"t": "a" * 100_000}),
        ({"properties": {"t": {"patternProperties": {"(a?){900}b": {}}}}}, {"t": {"a" * 100_000: 1}}),
        ({"properties": {"t": {**OTHER_DIALECT, "pattern": "(a?){900}b"}}}, {"t": "a" * 100_000}),
        ({"properties": {"t": {"pattern": "(?=a)a"}}}, {"t": "a"}),
        ({"properties": {"t": {"pattern": "(a)\\1"}}}, {"t": "aa"}),
        ({"description": "x" * 200_000}, {}),
        ({"patternProperties": {"^(a+)+$": {}}, "unevaluatedProperties": False}, {}),
    ],
    ids=["references", "references unevaluated", "levels", "dynamic levels", "messages", "enum", "pattern",
         "names", "pattern in another dialect", "look ahead", "look back", "size", "unevaluated patterns"],
)  # fmt: skip
def test_what_would_take_too_long_is_undetermined(schema: dict[str, Any], more: dict[str, Any]) -> None:
    with pytest.raises(FetchFailed) as caught:
        check(schema, **more)
    assert caught.value.status == 400


def test_things_that_seemed_slow_are_not() -> None:
    mixed = [number if number % 2 else {"a": number} for number in range(5_000)]
    check({"properties": {"t": {"uniqueItems": True}}}, t=mixed)
    check(
        subject(code={"pattern": "^(a|a)*F-0001$"}, name={"pattern": "^" + "a?" * 40 + "A" + "n?" * 9 + "a$"})
    )
    with pytest.raises(SelloError, match="as its schema says"):
        check({"properties": {"t": {"uniqueItems": True}}}, t=[1, 1.0])
    check({"properties": {"t": {"uniqueItems": True, "const": [1.0, True]}}}, t=[1, True])


def test_a_schema_is_paid_from_the_purse_of_the_request() -> None:
    with purse.opened(Purse(steps=100_000)) as paying:
        check(doubling(10))
        spent = 100_000 - paying.steps
        assert 2**10 < spent < 100_000
        with pytest.raises(FetchFailed):
            check(doubling(14))


@pytest.mark.parametrize(
    "reference", ["http://127.0.0.1:9/s", "https://elsewhere.example/s", "file:///etc/passwd"]
)
def test_no_reference_leads_out_of_a_schema(reference: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: Any, **__: Any) -> None:
        pytest.fail("the network was asked past its door")

    monkeypatch.setattr(urllib.request, "urlopen", asked)
    for schema in (
        {"$ref": reference},
        {"$dynamicRef": reference},
        {"properties": {"id": {"$ref": reference}}},
    ):
        with pytest.raises(SelloError, match="cannot be used"):
            check(schema, id="x")
