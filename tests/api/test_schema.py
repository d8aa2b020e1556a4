"""`/api/schema/` leaves nothing out: each operation says what it takes, gives and refuses, and to whom."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from tests.api.described import METHODS, document, error_codes, example_faults


def operations() -> list[Any]:
    found = [
        (path, method, operation)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]
    return [pytest.param(*each, id=f"{each[1].upper()} {each[0]}") for each in found]


def test_the_description_is_valid_and_nothing_in_it_is_guessed(tmp_path: Path) -> None:
    """A view that nobody described is guessed at, and a name given twice counted up: both are warned of."""
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))
    assert (tmp_path / "schema.yaml").stat().st_size > 100_000


def test_it_is_published_as_it_is_made(db: None) -> None:
    published = Client().get("/api/schema/", headers={"accept": "application/vnd.oai.openapi+json"}).json()
    assert published["paths"] == json.loads(json.dumps(document()["paths"]))


def test_the_schemes_are_those_of_the_protocols() -> None:
    schemes = document()["components"]["securitySchemes"]
    assert {
        "accessToken",
        "dpopAccessToken",
        "dpopProof",
        "clientAttestation",
        "clientAttestationPoP",
    } <= set(schemes)
    assert {
        "operatorToken",
        "registrarToken",
        "holderRequest",
        "partnerToken",
        "partnerSecret",
        "browserSession",
    } <= set(schemes)
    used = {
        name
        for path, method, operation in (each.values for each in operations())
        for together in operation["security"]
        for name in together
    }
    assert used == set(schemes)


def test_names_stand_once_and_are_of_one_kind() -> None:
    names = [each.values[2]["operationId"] for each in operations()]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and name == name.lower() for name in names)


@pytest.mark.parametrize(("path", "method", "operation"), operations())
def test_an_operation_says_all_of_itself(path: str, method: str, operation: dict[str, Any]) -> None:
    assert operation["operationId"]
    assert operation["tags"]
    assert operation["summary"].endswith(")"), "a summary ends with the clause that it comes from"
    assert "security" in operation, "whoever may ask is named, even where nobody is asked"
    for parameter in operation.get("parameters", []):
        assert parameter["description"], parameter["name"]
    if method != "get" and "requestBody" in operation:
        for content in operation["requestBody"]["content"].values():
            assert_typed(content["schema"])
        assert "examples" in next(iter(operation["requestBody"]["content"].values()))
    answers = operation["responses"]
    assert_says_what_it_gives(answers)
    refusals = {status: answer for status, answer in answers.items() if status >= "400"}
    assert refusals, "somebody is always refused"
    for status, answer in refusals.items():
        assert_says_why(status, answer)
    if operation["security"] and {} not in operation["security"]:
        assert {"401", "403", "400"} & set(refusals), "who does not say who they are is refused"


def assert_says_what_it_gives(answers: dict[str, Any]) -> None:
    given = {status: answer for status, answer in answers.items() if status.startswith("2")}
    assert given
    for status, answer in given.items():
        assert answer["description"]
        if status == "204":
            assert "content" not in answer
            continue
        for content in answer["content"].values():
            assert_typed(content["schema"])
        assert "examples" in next(iter(answer["content"].values()))


def assert_says_why(status: str, answer: dict[str, Any]) -> None:
    for content in answer["content"].values():
        assert_typed(content["schema"])
    examples = [
        each["value"]
        for content in answer["content"].values()
        for each in content.get("examples", {}).values()
    ]
    assert all(error_codes(example) for example in examples if "didResolutionMetadata" not in example)
    assert examples or status in ("404", "410"), "an error has its code"


def assert_typed(schema: dict[str, Any]) -> None:
    """Not just any object, unless it says of what kind."""
    bare = {"type": "object", "additionalProperties": True}
    assert schema not in ({}, {"type": "object"}, bare), schema


BODILESS = {"request_nonce", "request_challenge", "withdraw_consent", "request_notice_offer"}


def test_what_is_posted_has_a_type() -> None:
    posted = {
        each.values[2]["operationId"]: each.values[2] for each in operations() if each.values[1] == "post"
    }
    assert {name for name, operation in posted.items() if "requestBody" not in operation} == BODILESS


@pytest.mark.parametrize(("path", "method", "operation"), operations())
def test_examples_are_of_their_schemas(path: str, method: str, operation: dict[str, Any]) -> None:
    assert example_faults(path, method, operation) == []
