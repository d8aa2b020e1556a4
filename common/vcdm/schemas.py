"""Whether a credential has the shape that its schemas want (VC Data Model 2.0 §4.11, VC JSON Schema §3).

A schema is somebody else's: it may refer to parts of itself alone, and what it asks is counted and bounded
(counted.py). Where that does not suffice to find out what it says, the answer is undetermined.
"""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

import jsonschema
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from referencing.exceptions import Unresolvable

from common import purse
from common.errors import SelloError
from common.purse import Purse
from common.vcdm import validation
from common.vcdm.counted import SchemaNotTried, counting, rooted

TYPE: Final = "JsonSchema"
DIALECT: Final = jsonschema.Draft202012Validator  # where a schema names none
MAX_SCHEMAS: Final = 5
MAX_SIZE: Final = 200_000  # characters of one
STEPS: Final = 200_000  # of one check, as the purse counts them; half a second


class SchemaMismatch(SelloError):
    """A credential that is not what its schema says, or a schema that is none."""

    code = "MALFORMED_VALUE_ERROR"


def check_schemas(document: Mapping[str, Any], *, fetch: Callable[[str], Mapping[str, Any]]) -> None:
    """Raise unless a validated credential satisfies its schemas; types not known here are passed over.

    `FetchFailed` where it was not found out.
    """
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
    text = json.dumps(schema, sort_keys=True)
    if len(text) > MAX_SIZE:
        raise SchemaNotTried(f"A schema of more than {MAX_SIZE} characters is not tried.")
    outer = purse.current()
    own = Purse(steps=STEPS if outer is None else max(min(STEPS, outer.steps), 0))
    before = own.steps
    try:
        with purse.opened(own):
            fault = next(_checker(text).iter_errors(document), None)
    except (jsonschema.SchemaError, Unresolvable, RecursionError) as error:
        raise SchemaMismatch("The schema of this credential cannot be used.") from error
    finally:
        if outer is not None:
            outer.steps -= before - own.steps
    if fault is not None:
        where = "/".join(str(part) for part in fault.absolute_path)
        raise SchemaMismatch("This credential is not as its schema says.", detail=where)


@lru_cache(maxsize=32)
def _checker(text: str) -> Validator:
    """What checks by the schema in a text: making it takes a hundred times as long as using it."""
    purse.draw(steps=1 + len(text) // 4)
    if '"patternProperties"' in text and '"unevaluatedProperties"' in text:
        # The library looks which properties were evaluated by patterns that may run away.
        raise SchemaNotTried("A schema with patterns for what is unevaluated is not tried.")
    schema = json.loads(text)
    dialect = counting(validator_for(schema, default=DIALECT))
    if next(dialect(dialect.META_SCHEMA).iter_errors(schema), None) is not None:
        raise SchemaMismatch("The schema of this credential cannot be used.")
    return rooted(dialect, schema)
