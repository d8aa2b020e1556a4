"""A JSON Schema of a credential type, and claims guessed for columns that nobody described."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final

from anyascii import anyascii

from common.rdf.contexts import BASE_TERMS
from common.registries.claims.mapping import RESERVED, Claim, label_of

SCHEMA: Final[Mapping[str, Mapping[str, Any]]] = {
    "string": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "integer": {"type": "integer"},
    "decimal": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
    "boolean": {"type": "boolean"},
    "image": {"type": "string", "pattern": "^data:image/"},
}


def create_json_schema(claims: Iterable[Claim], *, id: str, type: str, title: str) -> dict[str, Any]:
    """The schema of a VCDM 2.0 credential of this type (VC JSON Schema 1.0 §2, JsonSchema)."""
    claims = tuple(claims)
    subject = {
        "type": "object",
        "properties": {
            "id": {"type": "string", "format": "uri"},
            **{claim.name: {"title": claim.label, **_kinds(claim)} for claim in claims},
        },
        "required": [claim.name for claim in claims if claim.mandatory],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": id,
        "title": title,
        "type": "object",
        "properties": {
            "type": {"type": "array", "contains": {"const": type}},
            "credentialSubject": subject,
        },
        "required": ["type", "credentialSubject"],
    }


def _kinds(claim: Claim) -> Mapping[str, Any]:
    """What a claim is, or was when earlier credentials were signed."""
    if not claim.formerly:
        return SCHEMA[claim.type]
    return {"anyOf": [SCHEMA[kind] for kind in dict.fromkeys((claim.type, *claim.formerly))]}


def guess_claims(columns: Iterable[Mapping[str, Any]]) -> tuple[Claim, ...]:
    """A claim for each column `{"name", "label", "type"}`, all of them separable, none of them mandatory.

    Where a heading is no claim name it is made one; where it is reserved (`id`) it becomes `record_id`.
    """
    claims: list[Claim] = []
    for column in columns:
        taken = {claim.name for claim in claims}
        kind = column.get("type", "string")
        base = _claim_name(column["name"], kind)
        name = next(n for n in (base, *(f"{base}_{i}" for i in range(2, 10_000))) if n not in taken)
        label = column.get("label") or label_of(column["name"])
        claims.append(Claim(name=name, column=column["name"], label=label, type=kind))
    return tuple(claims)


def _claim_name(heading: str, kind: str) -> str:
    name = _plain(heading)
    if not name:  # signs alone
        name = f"record_{hashlib.sha256(heading.encode()).hexdigest()[:8]}"
    if not name[0].isalpha() or name in RESERVED or (name in BASE_TERMS and kind != "string"):
        name = f"record_{name}".rstrip("_")
    return name[:56]


def _plain(heading: str) -> str:
    """ASCII letters, digits and underscores: `Fecha de nacimiento (día)` is `fecha_de_nacimiento_dia`.

    Letters of other scripts are transliterated: `дата рождения` is `data_rozhdeniya`.
    """
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9]+(_[A-Za-z0-9]+)+", heading):
        return heading
    for folded in (
        unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode(),
        anyascii(heading),
    ):
        words = re.sub(r"[^A-Za-z0-9]+", "_", folded).strip("_")
        if any(char.isalpha() for char in words):
            return words.lower()
    return ""
