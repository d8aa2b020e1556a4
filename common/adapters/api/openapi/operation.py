"""One operation of the JSON endpoints as a value, and the decorator that gives it to a view."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar

from common.adapters.api.openapi.json_schema import Component, Part

View = TypeVar("View", bound=type)
JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
OPERATIONS: Final = "operations"  # the attribute of a view


@dataclass(frozen=True, slots=True)
class SecurityScheme:
    """A way to say who asks (OpenAPI 3.0.3 §4.7.27)."""

    name: str
    definition: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class OperationParameter:
    """A parameter of an address, of its query, or a header (§4.7.12)."""

    name: str
    description: str
    where: Literal["path", "query", "header"] = "query"
    schema: Part = field(default_factory=lambda: {"type": "string"})
    required: bool = False
    example: str | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent, by media type; examples, by name, belong to the first of the media types (§4.7.13)."""

    contents: Mapping[str, Part]
    examples: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResponseObject:
    """What comes back with one status, by media type (§4.7.17); `headers` by name, each with a sentence."""

    status: int
    description: str
    contents: Mapping[str, Part] = field(default_factory=dict)
    examples: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address (§4.7.10).

    `security` lists alternatives, each a set of schemes that are needed together; none at all means that
    nobody is asked who they are, and `()` among others that one may ask without. `path` is named where a view
    stands at several addresses.
    """

    id: str
    summary: str
    clause: str
    tag: str
    responses: tuple[ResponseObject, ...]
    body: Body | None = None
    security: tuple[tuple[SecurityScheme, ...], ...] = ()
    parameters: tuple[OperationParameter, ...] = ()
    description: str = ""
    path: str = ""
    deprecated: bool = False

    def __post_init__(self) -> None:
        """One answer a status."""
        statuses = [each.status for each in self.responses]
        if len(set(statuses)) < len(statuses):
            raise ValueError(f"{self.id} answers twice with one status: {statuses}")


def described(**methods: Operation | tuple[Operation, ...]) -> Callable[[View], View]:
    """Give a view its operations, by method in small letters."""
    found = {
        method: operations if isinstance(operations, tuple) else (operations,)
        for method, operations in methods.items()
    }

    def decorate(view: View) -> View:
        setattr(view, OPERATIONS, {**getattr(view, OPERATIONS, {}), **found})
        return view

    return decorate


def operation_at(view: object, *, method: str, path: str) -> Operation | None:
    """The operation of a view at an address, None where nobody described it."""
    for operation in getattr(view, OPERATIONS, {}).get(method.lower(), ()):
        if operation.path in ("", path):
            return operation  # type: ignore[no-any-return]
    return None


def create_operation(
    operation: Operation,
    *,
    path_parameters: Mapping[str, Mapping[str, Any]],
    refer: Callable[[Component], Mapping[str, Any]],
) -> dict[str, Any]:
    """The Operation Object (§4.7.10); `refer` takes a component in and gives the reference to it."""
    named = {each.name: _create_parameter(each) for each in operation.parameters}
    written: dict[str, Any] = {
        "operationId": operation.id,
        "summary": f"{operation.summary} ({operation.clause})",
        "description": operation.description,
        "tags": [operation.tag],
        "parameters": list({**path_parameters, **_at_its_address(named, path_parameters)}.values()),
        "requestBody": _create_body(operation.body) if operation.body else None,
        "responses": {str(each.status): _create_answer(each) for each in operation.responses},
        "deprecated": operation.deprecated,
    }
    kept = {name: value for name, value in written.items() if value}
    security: list[dict[str, list[str]]] = [
        {scheme.name: [] for scheme in together} for together in operation.security
    ]
    return {**_resolved(kept, refer), "security": security}


def _at_its_address(
    named: Mapping[str, dict[str, Any]], path_parameters: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The parameters, those of the address with the schema that its route has for them."""
    return {
        name: {**written, "schema": path_parameters[name]["schema"]} if name in path_parameters else written
        for name, written in named.items()
    }


def _create_parameter(parameter: OperationParameter) -> dict[str, Any]:
    written = {
        "name": parameter.name,
        "in": parameter.where,
        "description": parameter.description,
        "schema": parameter.schema,
        "required": parameter.required or parameter.where == "path",
    }
    return written if parameter.example is None else {**written, "example": parameter.example}


def _create_body(body: Body) -> dict[str, Any]:
    return {"required": True, "content": _create_content(body.contents, body.examples)}


def _create_answer(answer: ResponseObject) -> dict[str, Any]:
    written: dict[str, Any] = {"description": answer.description}
    if answer.contents:
        written["content"] = _create_content(answer.contents, answer.examples)
    if answer.headers:
        written["headers"] = {
            name: {"description": sentence, "schema": {"type": "string"}}
            for name, sentence in answer.headers.items()
        }
    return written


def _create_content(contents: Mapping[str, Part], examples: Mapping[str, Any]) -> dict[str, Any]:
    content: dict[str, dict[str, Any]] = {kind: {"schema": part} for kind, part in contents.items()}
    if examples:
        first = content[next(iter(content))]
        first["examples"] = {name: {"value": value} for name, value in examples.items()}
    return content


def _resolved(part: Any, refer: Callable[[Component], Mapping[str, Any]]) -> Any:
    """A schema in which references stand for its components."""
    if isinstance(part, Component):
        return refer(part)
    if isinstance(part, Mapping):
        return {name: _resolved(value, refer) for name, value in part.items()}
    if isinstance(part, list | tuple):
        return [_resolved(value, refer) for value in part]
    return part


def resolve_component(
    component: Component, refer: Callable[[Component], Mapping[str, Any]]
) -> dict[str, Any]:
    """The schema of a component, with references for the components in it."""
    resolved: dict[str, Any] = _resolved(component.schema, refer)
    return resolved
