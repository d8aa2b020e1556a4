"""JSON-LD contexts: the closed set that Sello ships, and the one it writes for a credential type.

A context gives signed terms their meaning, so none is ever fetched on a document's word alone (VC Data
Integrity §2.4.1). W3C's documents are those of the installed PyLD where it carries them.
"""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from pyld.documentloader.frozen import BUNDLED_CONTEXTS

from common.errors import MalformedInputError

Contexts = Callable[[str], Mapping[str, Any]]  # the document behind a context URL, or an error

CREDENTIALS_V1: Final = "https://www.w3.org/2018/credentials/v1"
CREDENTIALS_V2: Final = "https://www.w3.org/ns/credentials/v2"
DID_V1: Final = "https://www.w3.org/ns/did/v1"
DATA_INTEGRITY_V2: Final = "https://w3id.org/security/data-integrity/v2"
MULTIKEY_V1: Final = "https://w3id.org/security/multikey/v1"

_OWN: Final = Path(__file__).parent / "documents"
_FILES: Final[dict[str, Path]] = {
    CREDENTIALS_V1: BUNDLED_CONTEXTS[CREDENTIALS_V1],
    CREDENTIALS_V2: BUNDLED_CONTEXTS[CREDENTIALS_V2],
    DID_V1: BUNDLED_CONTEXTS[DID_V1],
    DATA_INTEGRITY_V2: _OWN / "data-integrity-v2.json",
    MULTIKEY_V1: _OWN / "multikey-v1.json",
}
SHIPPED: Final[Mapping[str, Mapping[str, Any]]] = {
    url: json.loads(path.read_text(encoding="utf-8")) for url, path in _FILES.items()
}

# For runs of conformance suites alone: whatever a term is called, it means something.
EXAMPLES_V2: Final = "https://www.w3.org/ns/credentials/examples/v2"
CONFORMANCE: Final[Mapping[str, Mapping[str, Any]]] = {
    EXAMPLES_V2: {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}},
}

XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_NAME: Final = re.compile(r"[^\s@:/#?\[\]][^\s:/#?\[\]]*(?: [^\s:/#?\[\]]+)*\Z")
_MEMBERS: Final = frozenset({"iri", "datatype", "list", "terms"})


_V2: Final[Mapping[str, Any]] = SHIPPED[CREDENTIALS_V2]["@context"]
BASE_TERMS: Final[Mapping[str, str]] = {term: str(_V2[term]) for term in ("name", "description")}
# Terms of the base context and of the contexts that its types bring along: all are protected.
RESERVED_TERMS: Final = frozenset(
    term
    for terms in (
        _V2,
        *(entry["@context"] for entry in _V2.values() if isinstance(entry, dict) and "@context" in entry),
    )
    for term in terms
    if not term.startswith("@") and term not in BASE_TERMS
)


def type_context(
    *, type_url: str, type_name: str, terms: Mapping[str, str | Mapping[str, Any] | None]
) -> dict[str, Any]:
    """The context document of a credential type (VC Data Model 2.0 §4.3, JSON-LD 1.1 §4.1).

    `type_name` means `type_url`. A claim in `terms` means `{type_url}#{claim}` (None), the IRI given for
    it (text), or what a mapping says: `iri`; `datatype`, an XML Schema name such as `date` or an IRI;
    `list`, true where order counts; `terms`, the claims nested in it (`{type_url}#{claim}.{nested}`). Claims
    named as terms of the base context are refused (`RESERVED_TERMS`), except that `name` and
    `description` keep the base context's meaning.
    """
    definitions: dict[str, Any] = {"@version": 1.1, "@protected": True, type_name: type_url}
    for claim, term in terms.items():
        if claim in RESERVED_TERMS or claim == type_name:
            raise MalformedInputError(
                f"The claim name {claim!r} already means something else; choose another."
            )
        if claim in BASE_TERMS:
            said = {"iri": term} if isinstance(term, str) else dict(term or {})
            if said.pop("iri", "") not in ("", BASE_TERMS[claim]) or said:
                raise MalformedInputError(f"The claim {claim!r} always means {BASE_TERMS[claim]}.")
            continue
        definitions[claim] = _definition(claim, term, base=f"{type_url}#")
    return {"@context": definitions}


def _definition(claim: str, term: str | Mapping[str, Any] | None, *, base: str) -> str | dict[str, Any]:
    if not _NAME.match(claim) or claim in ("id", "type"):
        raise MalformedInputError(f"A claim cannot be named {claim!r}.")
    own = base + quote(claim, safe="")
    if term is None or isinstance(term, str):
        return term or own
    if unknown := set(term) - _MEMBERS:
        raise MalformedInputError(
            f"A term has {', '.join(sorted(_MEMBERS))}, not {', '.join(sorted(unknown))}."
        )
    definition: dict[str, Any] = {"@id": term.get("iri") or own}
    if datatype := term.get("datatype"):
        definition["@type"] = datatype if ":" in datatype else XSD + datatype
    if term.get("list"):
        definition["@container"] = "@list"
    if nested := term.get("terms"):
        # A property-scoped context may redefine what the outer one protects, so nested names are free.
        definition["@context"] = {
            "@protected": True,
            **{name: _definition(name, inner, base=f"{own}.") for name, inner in nested.items()},
        }
    return definition
