"""credentialSchema: what a schema wants, what it must say of itself, and what it may not do to us."""

import base64
import hashlib
import json
import urllib.request
from typing import Any

import pytest

from common import purse
from common.errors import FetchError, MalformedInputError, SelloError, UndeterminedError
from common.purse import Purse
from common.vcdm.related_resources import ResourceMismatchError
from common.vcdm.schemas import SchemaMismatchError, UnknownDialectError, check_schemas
from common.vcdm.validation import MalformedDocumentError

URL = "https://registry.example/schema"
HELD = "https://registry.example/schemas/farmer"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
CREDENTIAL = {"credentialSubject": {"name": "Ana", "code": "F-0001", "email": "ana@registry.example"}}
HEAD = {"$schema": DRAFT, "$id": URL}
OF_SCHEMAS = {"id": "https://www.w3.org/ns/credentials/json-schema/v2.json", "type": "JsonSchema"}
HOLDING: dict[str, Any] = {
    "id": URL,
    "type": ["VerifiableCredential", "JsonSchemaCredential"],
    "credentialSchema": OF_SCHEMAS,
    "credentialSubject": {
        "id": HELD,
        "type": "JsonSchema",
        "jsonSchema": {**HEAD, "$id": HELD},
    },
}


def subject(**properties: Any) -> dict[str, Any]:
    return {**HEAD, "properties": {"credentialSubject": {"properties": properties, "required": ["name"]}}}


def whole(**keywords: Any) -> dict[str, Any]:
    return {**HEAD, "properties": {"credentialSubject": keywords}}


def check(schema: Any, *, entry: dict[str, Any] | None = None, **changes: Any) -> None:
    document = CREDENTIAL | {"credentialSchema": entry or {"id": URL, "type": "JsonSchema"}} | changes
    check_schemas(document, fetch=lambda url: json.dumps(schema).encode(), open_credential=json.loads)


@pytest.mark.parametrize(
    "schema",
    [
        HEAD,
        subject(name={"type": "string"}),
        subject(code={"pattern": "^F-[0-9]+$"}),
        subject(email={"format": "email"}),
        subject(name={"format": "date"}),  # an annotation
        {"$defs": {"text": {"type": "string"}}, **subject(name={"$ref": "#/$defs/text"})},
        {**subject(name={"const": "Ana"}), "$schema": "http://json-schema.org/draft-07/schema#"},
        {**subject(name={"const": "Ana"}), "$schema": "https://json-schema.org/draft/2019-09/schema"},
        {**subject(name={"const": "Ana"}), "$schema": "https://json-schema.org/draft-07/schema#"},
        {**HEAD, "$id": "schema"},
        {**HEAD, "$id": "#"},
        subject(code={"pattern": "^[A-Z]-\\d{4}$"}, name={"pattern": "^\\u0041na$"}),
        subject(code={"enum": ["F-0002", "F-0001"]}),
        whole(patternProperties={"(a+)+$": {}}),
        whole(patternProperties={"^(co|na|em)": {}}, additionalProperties=False),
    ],
)
def test_a_credential_as_its_schema_says(schema: dict[str, Any]) -> None:
    check(schema)


@pytest.mark.parametrize(
    "schema",
    [
        subject(name={"type": "integer"}),
        subject(code={"pattern": "^P-"}),
        subject(name={"format": "email"}),
        {**HEAD, "type": "array"},
        {**HEAD, "type": "no such type"},
        {**HEAD, "$ref": "https://elsewhere.example/schema"},
        {**HEAD, "$ref": "#/nowhere"},
        {**HEAD, "$ref": "#"},
        subject(code={"pattern": "(a+)+$"}),  # would never end
        subject(code={"pattern": "("}),
        subject(code={"pattern": "a*a*a*a*a*a*a*a*a*b"}),
        whole(patternProperties={"^co": {"type": "integer"}}),
        whole(patternProperties={"^co": {}}, additionalProperties=False),
        subject(code={"enum": ["F-0002", "P-0001"]}),
        subject(code={"const": True}),
    ],
)
def test_schemas_that_fail_a_credential(schema: dict[str, Any]) -> None:
    with pytest.raises(SelloError) as caught:
        check(schema)
    assert caught.value.code == "MALFORMED_VALUE_ERROR"


@pytest.mark.parametrize(
    "head",
    [
        {"$id": URL},
        {"$schema": DRAFT},
        {"$schema": DRAFT, "$id": ""},
        {"$schema": DRAFT, "$id": "not a reference"},
        {"$schema": DRAFT, "$id": ["x"]},
        {"$schema": DRAFT, "$id": "https://registry.example/another"},
        {"$schema": DRAFT, "$id": "another"},
        {"$schema": 7, "$id": URL},
    ],
)
def test_a_schema_that_does_not_say_what_it_is(head: dict[str, Any]) -> None:
    with pytest.raises(SchemaMismatchError):
        check(head)


@pytest.mark.parametrize("version", ["https://json-schema.org/draft/unknown/schema", "urn:mine", ""])
def test_a_version_that_is_not_known_leaves_it_open(version: str) -> None:
    with pytest.raises(UnknownDialectError):
        check({**HEAD, "$schema": version, "type": "array"})


def test_a_digest_says_which_schema_it_is() -> None:
    schema = {**HEAD, "$id": "https://elsewhere.example/schema"}
    digest = base64.b64encode(hashlib.sha256(json.dumps(schema).encode()).digest()).decode()
    entry = {"id": URL, "type": "JsonSchema", "digestSRI": f"sha256-{digest}"}
    check(schema, entry=entry)
    with pytest.raises(ResourceMismatchError):
        check({**schema, "title": "changed"}, entry=entry)


def test_a_schema_in_a_credential() -> None:
    check(HOLDING, entry={"id": URL, "type": "JsonSchemaCredential"})
    strict = {**HOLDING["credentialSubject"]["jsonSchema"], "type": "array"}
    failing = {**HOLDING, "credentialSubject": {**HOLDING["credentialSubject"], "jsonSchema": strict}}
    with pytest.raises(SchemaMismatchError):
        check(failing, entry={"id": URL, "type": "JsonSchemaCredential"})


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "https://registry.example/another"},
        {"type": ["VerifiableCredential"]},
        {"type": "JsonSchemaCredential"},
        {"credentialSchema": {**OF_SCHEMAS, "id": URL}},
        {"credentialSchema": {**OF_SCHEMAS, "type": "JsonSchemaCredential"}},
        {"credentialSchema": [OF_SCHEMAS, OF_SCHEMAS]},
        {"credentialSchema": []},
        {"credentialSubject": {"id": HELD, "jsonSchema": HEAD}},
        {"credentialSubject": {"id": HELD, "type": "Other", "jsonSchema": HEAD}},
        {"credentialSubject": {"id": HELD, "type": "JsonSchema"}},
        {"credentialSubject": {"id": HELD, "type": "JsonSchema", "jsonSchema": "text"}},
        {"credentialSubject": {"id": "urn:another", "type": "JsonSchema", "jsonSchema": HEAD}},
        {"credentialSubject": [HOLDING["credentialSubject"]] * 2},
    ],
)
def test_credentials_that_hold_no_schema(changed: dict[str, Any]) -> None:
    with pytest.raises((SchemaMismatchError, MalformedDocumentError)):
        check(HOLDING | changed, entry={"id": URL, "type": "JsonSchemaCredential"})


def test_a_credential_whose_proof_does_not_hold_is_not_read() -> None:
    def refuse(content: bytes) -> Any:
        raise MalformedInputError("This proof does not hold.")

    document = CREDENTIAL | {"credentialSchema": {"id": URL, "type": "JsonSchemaCredential"}}
    with pytest.raises(MalformedInputError):
        check_schemas(document, fetch=lambda url: json.dumps(HOLDING).encode(), open_credential=refuse)


def test_what_is_missing() -> None:
    with pytest.raises(SelloError):
        check(subject(), credentialSubject={"code": "F-0001"})


def test_other_kinds_of_schemas_are_passed_over() -> None:
    check({**HEAD, "type": "array"}, entry={"id": URL, "type": "ShaclSchema"})


def test_a_schema_that_is_not_there_is_an_error() -> None:
    def nowhere(url: str) -> bytes:
        raise FetchError("Nothing is there.")

    with pytest.raises(FetchError):
        check_schemas(
            {"credentialSchema": {"id": URL, "type": "JsonSchema"}}, fetch=nowhere, open_credential=json.loads
        )


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
    with pytest.raises(UndeterminedError) as caught:
        check({**HEAD, **schema}, **more)
    assert caught.value.status == 400


def test_things_that_seemed_slow_are_not() -> None:
    mixed = [number if number % 2 else {"a": number} for number in range(5_000)]
    check({**HEAD, "properties": {"t": {"uniqueItems": True}}}, t=mixed)
    check(
        subject(code={"pattern": "^(a|a)*F-0001$"}, name={"pattern": "^" + "a?" * 40 + "A" + "n?" * 9 + "a$"})
    )
    with pytest.raises(SelloError, match="as its schema says"):
        check({**HEAD, "properties": {"t": {"uniqueItems": True}}}, t=[1, 1.0])
    check({**HEAD, "properties": {"t": {"uniqueItems": True, "const": [1.0, True]}}}, t=[1, True])


def test_a_schema_is_paid_from_the_purse_of_the_request() -> None:
    with purse.open_purse(Purse(steps=100_000)) as paying:
        check({**HEAD, **doubling(10)})
        spent = 100_000 - paying.steps
        assert 2**10 < spent < 100_000
        with pytest.raises(FetchError):
            check({**HEAD, **doubling(14)})


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
            check({**HEAD, **schema}, id="x")
