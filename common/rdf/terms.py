"""What a property or type is called at a place of a document: by the one term that its contexts have for it.

An active context says what a term means; this is the way back. It follows scoped contexts as compaction does
(JSON-LD 1.1 API §6.1), but chooses among no terms: where two mean the same, whoever rewrites a document
without changing what it says could choose the name by which we read.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from cachetools import LRUCache
from pyld.jsonld import JsonLdProcessor

from common.rdf.contexts import CREDENTIALS_V1, CREDENTIALS_V2, SHIPPED, Contexts
from common.rdf.errors import TransformationError
from common.rdf.expansion import Processor, processor_errors, processor_options

Active = Mapping[str, Any]  # an active context of PyLD's

# What stands under its absolute IRI, so that no context is needed (OpenID4VP 1.0 §8.4).
TRANSACTION_DATA_HASHES: Final = "urn:sello:transaction_data_hashes"


class OtherFormError(TransformationError):
    """A document that says what it says in other words than its contexts have for it."""


class TermDefinitions:
    """The terms of a document's contexts, at its root (`root`) and below."""

    def __init__(self, context: Any, *, contexts: Contexts) -> None:
        self._processor = Processor()
        self._options = {**processor_options(contexts), "processingMode": "json-ld-1.1"}
        initial = self._processor._get_initial_context(self._options)
        with processor_errors():
            self.root: Active = self._processor.process_context(initial, context, self._options)

    def within(self, active: Active, term: str) -> Active:
        """The context of the nodes that are a property's values (JSON-LD 1.1 §4.1.8, §4.1.9)."""
        if definition_value(active, term, "@context") is None:
            return active.get("previousContext", active)  # type: ignore[no-any-return]
        inner = self._scoped(active, term, active)
        reverted: Active = self._processor._revert_to_previous_context(inner)
        return self._scoped(inner, term, reverted)

    def typed(self, active: Active, types: Iterable[str]) -> Active:
        """The context of a node's own properties, once its types brought theirs."""
        found = active
        for name in sorted(types):
            scoped = definition_value(active, name, "@context")
            if scoped:
                found = self._process(found, scoped, propagate=False)
        return found

    def _scoped(self, where: Active, term: str, active: Active) -> Active:
        scoped = definition_value(where, term, "@context")
        return active if scoped is None else self._process(active, scoped, override_protected=True)

    def _process(self, active: Active, context: Any, **named: bool) -> Active:
        with processor_errors():
            processed: Active = self._processor._process_context(active, context, self._options, **named)
        return processed


def is_own_term(active: Active, term: str) -> bool:
    """Whether a term is the only one for a property: most are, and this is the quick way to know."""
    mapping = active["mappings"].get(term)
    return mapping is not None and "@vocab" not in active and _names(active).get(mapping["@id"]) == (term,)


def term_for(active: Active, iri: str) -> str | None:
    """The one term for an IRI, None where there is none; `OtherFormError` where there are several.

    The data model's own terms come first: nobody else's context takes their place.
    """
    names = _names(active).get(iri, ())
    vocabulary = active.get("@vocab") or ""
    rest = iri.removeprefix(vocabulary)
    if vocabulary and rest and rest != iri and not {":", "@"} & set(rest) and rest not in active["mappings"]:
        names = (*names, rest)
    if len(names) > 1:
        names = tuple(name for name in names if name in STANDARD_TERMS)
        if len(names) != 1:
            raise OtherFormError("The contexts of this document have two words for the same.", detail=iri)
    if not names and iri == TRANSACTION_DATA_HASHES:
        return iri
    return names[0] if names else None


def definition_value(active: Active, term: str, member: str) -> Any:
    """What a term's definition says under `member`."""
    return JsonLdProcessor.get_context_value(active, term, member)


def containers(active: Active, term: str) -> list[str]:
    """The containers of a term."""
    found: list[str] = JsonLdProcessor.arrayify(definition_value(active, term, "@container") or [])
    return found


class _Memory(threading.local):
    """Of one thread, as the active contexts are."""

    def __init__(self) -> None:
        self.names: LRUCache[str, Mapping[str, tuple[str, ...]]] = LRUCache(maxsize=512)


_memory: Final = _Memory()


def _names(active: Active) -> Mapping[str, tuple[str, ...]]:
    """The terms of an active context by what they mean; kept, since contexts outlive documents."""
    key = active.get("_uuid", "")
    known = _memory.names.get(key) if key else None
    if known is None:
        found: dict[str, list[str]] = {}
        for term, mapping in active["mappings"].items():
            if mapping and not mapping["reverse"] and not str(mapping["@id"]).startswith("@"):
                found.setdefault(mapping["@id"], []).append(term)
        known = {iri: tuple(terms) for iri, terms in found.items()}
        if key:
            _memory.names[key] = known
    return known


def _terms(context: Any) -> Iterator[str]:
    """Every term of a context and of those scoped within it."""
    for part in context if isinstance(context, list) else [context]:
        if isinstance(part, Mapping):
            for term, definition in part.items():
                if not term.startswith("@"):
                    yield term
                    if isinstance(definition, Mapping) and "@context" in definition:
                        yield from _terms(definition["@context"])


STANDARD_TERMS: Final = frozenset(
    term for url in (CREDENTIALS_V1, CREDENTIALS_V2) for term in _terms(SHIPPED[url]["@context"])
)
