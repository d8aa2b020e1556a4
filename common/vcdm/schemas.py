"""Whether a credential has the shape that its schemas want (VC Data Model 2.0 §4.11, VC JSON Schema §3).

A schema is somebody else's: it may refer to parts of itself alone, and its regular expressions are run only
where they cannot run away.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import jsonschema
from jsonschema.protocols import Validator
from jsonschema.validators import extend, validator_for
from referencing.exceptions import Unresolvable

from common.errors import SelloError
from common.vcdm import validation

TYPE: Final = "JsonSchema"
DIALECT: Final = jsonschema.Draft202012Validator  # where a schema names none
MAX_SCHEMAS: Final = 5
MAX_STEPS: Final = 10_000_000  # of a regular expression at worst: length to the power of its repetitions
_REPEATED_GROUP: Final = re.compile(r"\)[*+{]|\\[1-9]")  # what backtracking without end is made of
_REPETITION: Final = re.compile(r"[*+{]")


class SchemaMismatch(SelloError):
    """A credential that is not what its schema says, or a schema that is none."""

    code = "MALFORMED_VALUE_ERROR"


def check_schemas(document: Mapping[str, Any], *, fetch: Callable[[str], Mapping[str, Any]]) -> None:
    """Raise unless a validated credential satisfies its schemas; types not known here are passed over."""
    wanted = [
        entry
        for entry in validation.entries(document, "credentialSchema")
        if entry.get("type") in (TYPE, [TYPE])
    ]
    if len(wanted) > MAX_SCHEMAS:
        raise SchemaMismatch(f"More than {MAX_SCHEMAS} schemas are not accepted.")
    for entry in wanted:
        _check(document, fetch(entry["id"]))


def _check(document: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    try:
        fault = next(_checker(json.dumps(schema, sort_keys=True)).iter_errors(document), None)
    except (jsonschema.SchemaError, Unresolvable, RecursionError, re.error) as error:
        raise SchemaMismatch("The schema of this credential cannot be used.") from error
    if fault is not None:
        where = "/".join(str(part) for part in fault.absolute_path)
        raise SchemaMismatch("This credential is not as its schema says.", detail=where)


@lru_cache(maxsize=64)
def _checker(text: str) -> Validator:
    """What checks by the schema in a text: making it takes a hundred times as long as using it."""
    schema = json.loads(text)
    dialect = validator_for(schema, default=DIALECT)
    dialect.check_schema(schema)
    checker: Validator = extend(dialect, {"pattern": _pattern, "patternProperties": _no_pattern_properties})(
        schema
    )
    return checker


def _pattern(_: Validator, pattern: str, value: object, __: object) -> Iterator[jsonschema.ValidationError]:
    if not isinstance(value, str):
        return
    steps = len(value) ** len(_REPETITION.findall(pattern))
    if _REPEATED_GROUP.search(pattern) or steps > MAX_STEPS:
        raise SchemaMismatch("The schema of this credential holds a pattern that is not tried here.")
    if not re.search(pattern, value):
        yield jsonschema.ValidationError("does not match")


def _no_pattern_properties(*_: object) -> Iterator[jsonschema.ValidationError]:
    raise SchemaMismatch("The schema of this credential holds a pattern that is not tried here.")
