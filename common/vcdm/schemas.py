"""Whether a credential has the shape that its schemas want (VC Data Model 2.0 §4.11, VC JSON Schema 1.0).

Success returns, failure raises, and what cannot be told raises `UndeterminedError` (VC JSON Schema §4.2). A
schema is somebody else's: it may refer to parts of itself alone, and what it asks is counted and bounded.
"""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urljoin

import jsonschema
from jsonschema.protocols import Validator
from referencing.exceptions import Unresolvable

from common import purse
from common.encoding import strict_json
from common.errors import SelloError, UndeterminedError
from common.purse import Purse
from common.vcdm import validation
from common.vcdm.metered_schema import SchemaNotTriedError, counting, rooted
from common.vcdm.related_resources import require_digests

JSON_SCHEMA: Final = "JsonSchema"
IN_A_CREDENTIAL: Final = "JsonSchemaCredential"
# By which a schema is read (§3.1.2, §4): the one that everybody must know, and two that are in use, named
# without the scheme, which people write either way.
DIALECTS: Final[Mapping[str, Any]] = {
    "json-schema.org/draft/2020-12/schema": jsonschema.Draft202012Validator,
    "json-schema.org/draft/2019-09/schema": jsonschema.Draft201909Validator,
    "json-schema.org/draft-07/schema": jsonschema.Draft7Validator,
}
FORMATS: Final = ("email", "idn-email", "ipv4", "ipv6", "uuid")  # asserted; registers know dates by year, too
# What the schema of a credential that holds a schema is called (§2.2), and was called by its drafts.
_SCHEMA_OF_SCHEMAS: Final = frozenset(
    {
        "https://www.w3.org/ns/credentials/json-schema/v2.json",
        "https://www.w3.org/2022/credentials/v2/json-schema-credential-schema.json",
    }
)
MAX_SCHEMAS: Final = 5
MAX_SIZE: Final = 200_000  # characters of one
STEPS: Final = 200_000  # of one check, where no purse is open; half a second
_REFERENCE: Final = re.compile(r"[\w.~:/?#\[\]@!$&'()*+,;=%-]+")  # RFC 3986 §4.1, in any script


class SchemaMismatchError(SelloError):
    """A credential that is not what its schema says, or a schema that is none."""

    code = "MALFORMED_VALUE_ERROR"


class UnknownDialectError(UndeterminedError):
    """A schema of a version that is not known here: the outcome is indeterminate (§4.2)."""


def check_schemas(
    document: Mapping[str, Any],
    *,
    written: Mapping[str, Any] | None = None,
    fetch: Callable[[str], bytes],
    open_credential: Callable[[bytes], Mapping[str, Any]],
) -> None:
    """Raise unless a validated credential satisfies its schemas; types not known here are passed over.

    `open_credential` reads a credential that holds a schema, once its proof, if it has one, was seen to hold.
    `written` is the JSON that schemas are asked of, where that is not the document itself.
    """
    wanted = [
        (kind, entry)
        for entry in validation.entries(document, "credentialSchema")
        for kind in (JSON_SCHEMA, IN_A_CREDENTIAL)
        if entry.get("type") in (kind, [kind])
    ]
    if len(wanted) > MAX_SCHEMAS:
        raise SchemaMismatchError(f"More than {MAX_SCHEMAS} schemas are not accepted.")
    for kind, entry in wanted:
        content = fetch(entry["id"])
        sealed = any(name in entry for name in ("digestSRI", "digestMultibase"))
        if sealed:
            require_digests(entry, content)
        if kind == IN_A_CREDENTIAL:
            schema, url = _held(open_credential(content), entry["id"])
        else:
            schema, url = strict_json.loads_object(content), entry["id"]
        _check(document if written is None else written, schema, url=None if sealed else url)


def _held(credential: Mapping[str, Any], url: str) -> tuple[Mapping[str, Any], str | None]:
    """The schema in a credential, and the name that it has there (§2.2)."""
    types, subjects = credential.get("type"), validation.entries(credential, "credentialSubject")
    named = validation.entries(credential, "credentialSchema")
    subject = subjects[0] if len(subjects) == 1 else {}
    schema, name = subject.get("jsonSchema"), subject.get("id")
    if (
        credential.get("id", url) != url
        or not isinstance(types, list)
        or IN_A_CREDENTIAL not in types
        or subject.get("type") not in (JSON_SCHEMA, [JSON_SCHEMA])
        or not isinstance(schema, Mapping)
        or [entry for entry in named if entry.get("type") == JSON_SCHEMA] != named
        or {entry.get("id") for entry in named} - _SCHEMA_OF_SCHEMAS
        or len(named) != 1
    ):
        raise SchemaMismatchError("What a credential names as its schema is no credential that holds one.")
    return schema, name if isinstance(name, str) else None


def _check(document: Mapping[str, Any], schema: Mapping[str, Any], *, url: str | None) -> None:
    """Evaluate a schema that says which it is (§3.1): by its `url`, unless a digest said it already."""
    version, name = schema.get("$schema"), schema.get("$id")
    if not isinstance(version, str) or not isinstance(name, str) or not _REFERENCE.fullmatch(name):
        raise SchemaMismatchError("A schema says its version and its name, as $schema and $id.")
    if url is not None and urljoin(url, name).rstrip("#") != url.rstrip("#"):
        raise SchemaMismatchError("The schema that lies there calls itself another.", detail=url)
    dialect = _dialect(version)
    if dialect not in DIALECTS:
        raise UnknownDialectError("The schema of this credential is of a version that is not known here.")
    text = json.dumps(schema, sort_keys=True)
    if len(text) > MAX_SIZE:
        raise SchemaNotTriedError(f"A schema of more than {MAX_SIZE} characters is not tried.")
    try:
        with nullcontext() if purse.current_purse() else purse.open_purse(Purse(steps=STEPS)):
            fault = next(_checker(text, dialect).iter_errors(document), None)
    except (jsonschema.SchemaError, Unresolvable, RecursionError) as error:
        raise SchemaMismatchError("The schema of this credential cannot be used.") from error
    if fault is not None:
        where = "/".join(str(part) for part in fault.absolute_path)
        raise SchemaMismatchError("This credential is not as its schema says.", detail=where)


def _dialect(version: str) -> str:
    scheme, _, name = version.rstrip("#").partition("://")
    return name if scheme in ("https", "http") else version


@lru_cache(maxsize=32)
def _checker(text: str, name: str) -> Validator:
    """What checks by the schema in a text: making it takes a hundred times as long as using it."""
    purse.charge(steps=1 + len(text) // 4)
    if '"patternProperties"' in text and '"unevaluatedProperties"' in text:
        # The library looks which properties were evaluated by patterns that may run away.
        raise SchemaNotTriedError("A schema with patterns for what is unevaluated is not tried.")
    schema = json.loads(text)
    dialect = counting(DIALECTS[name])
    if next(dialect(dialect.META_SCHEMA).iter_errors(schema), None) is not None:
        raise SchemaMismatchError("The schema of this credential cannot be used.")
    return rooted(dialect, schema, formats=FORMATS)
