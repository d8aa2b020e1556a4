"""JSON-LD 1.1 expansion in safe mode: whatever would be lost on the way to RDF is an error.

A claim that a processor drops silently is a claim that nobody signed (VC Data Integrity §2.4.3). PyLD has
no safe mode of its own, so here every loss is refused: undefined terms, null, values that vanish, and
contexts other than by URL; what a relative IRI or an empty set would lose, `common.rdf.dataset` refuses.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from pyld.jsonld import JsonLdError, JsonLdProcessor

from common import purse
from common.encoding import strict_json
from common.errors import SelloError
from common.rdf.context_resolution import ContextResolver, memory, remember_contexts
from common.rdf.contexts import CREDENTIALS_V2, Contexts
from common.rdf.errors import DataLossError, TransformationError

MAX_VALUES: Final = 20_000  # in one document; twice what may be left as statements
# Of this type, `jsonSchema` is JSON that means itself (VC Data Model 2.0 §B.1): null, fractions and names
# that begin with @ or $ say something there. The base context protects both words.
JSON_SCHEMA: Final = "JsonSchema"
_NO_NODE: Final = frozenset({"@value", "@list", "@set"})


@dataclass(frozen=True, slots=True)
class OpenContexts:
    """Contexts for whoever checks proofs and believes no claim, as conformance suites want it.

    What else is refused then counts: contexts written into the document, and JSON floats (JSON-LD 1.1 API
    §8.2.2). Nothing is lost even so; but who reads claims by name must not read them through these.
    """

    known: Contexts

    def __call__(self, url: str) -> Mapping[str, Any]:
        """The context document behind `url`, as whoever opened it knows it."""
        return self.known(url)


def expand(document: Mapping[str, Any], *, contexts: Contexts) -> list[dict[str, Any]]:
    """The expanded form of a document (JSON-LD 1.1 API §5.1) without a base, or `DataLossError`."""
    return expand_with(Processor(), document, contexts)


def label(document: Mapping[str, Any], *, contexts: Contexts) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A document whose every node has a name, as it stands and expanded: `@id` is written into what has none.

    So a part of it, cut out and expanded by itself, speaks of the same blank nodes as the whole; this is what
    skolemization is for (VC-DI-ECDSA §3.4.7 and §3.4.8), without compacting the document anew.
    """
    processor = _Labelling()
    expanded = expand_with(processor, document, contexts)
    return processor.document, expanded


def expand_with(
    processor: "Processor", document: Mapping[str, Any], contexts: Contexts
) -> list[dict[str, Any]]:
    """The expanded form of a document by a processor of its own."""
    _walk(document, strict=not isinstance(contexts, OpenContexts))
    with processor_errors():
        return list(processor.expand(document, processor_options(contexts)))


def processor_options(contexts: Contexts) -> dict[str, Any]:
    """PyLD's options: no base, and no context but by `contexts`."""
    return {"base": None, "contextResolver": ContextResolver(contexts), "documentLoader": _no_loader}


@contextmanager
def processor_errors() -> Iterator[None]:
    """Whatever PyLD raises, as a `TransformationError`."""
    try:
        yield
    except JsonLdError as error:
        raise _cause(error) from error
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        raise TransformationError("This document is not JSON-LD.", detail=type(error).__name__) from error


def expand_types(document: Mapping[str, Any], *, contexts: Contexts) -> tuple[str, ...]:
    """The types of a document as IRIs, as DCQL's `type_values` names them (OpenID4VP 1.0 §B.1.1)."""
    head = {"@context": document.get("@context", []), "type": document.get("type", [])}
    nodes = expand(head, contexts=contexts)
    return tuple(str(name) for node in nodes for name in node.get("@type", ()))


def _walk(document: Mapping[str, Any], *, strict: bool) -> None:
    """Refuse, before PyLD sees it, what it would drop or what libraries write differently."""
    strict_json.check_depth(document)
    contexts = document.get("@context")
    base = isinstance(contexts, list) and contexts[:1] == [CREDENTIALS_V2]
    pending: list[Any] = [document]
    seen = 0
    while pending:
        value = pending.pop()
        seen += 1
        if seen > MAX_VALUES:
            raise TransformationError(f"More than {MAX_VALUES} values are not accepted.")
        if isinstance(value, dict):
            if strict and "@context" in value:
                _only_urls(value["@context"])
            literal = base and JSON_SCHEMA in _listed(value.get("type"))
            pending += [
                child
                for key, child in value.items()
                if key != "@context" and not (literal and key == "jsonSchema")
            ]
        elif isinstance(value, list):
            pending += value
        elif value is None:
            raise DataLossError("A null says nothing that can be signed; leave it out.")
        elif isinstance(value, float) and strict:
            raise TransformationError(
                "A number with a fraction or an exponent is not signed as RDF; it travels as text."
            )
        elif isinstance(value, int) and abs(value) > strict_json.MAX_INTEGER:
            raise TransformationError("An integer here is beyond 2^53.")
        elif not isinstance(value, str | int | float):
            raise TransformationError("This document is not JSON.")


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _only_urls(context: object) -> None:
    """A context written into the document itself would let its bearer choose what terms mean."""
    urls = context if isinstance(context, list) else [context]
    if not all(isinstance(url, str) for url in urls):
        raise TransformationError("Contexts are named by URL; one written into a document is not accepted.")


def _dropped(_: str | None) -> None:
    raise DataLossError("A term in this document is defined by none of its contexts.")


def _no_loader(url: str, _: object) -> Any:
    raise TransformationError("A context outside the closed set was asked for.")


def _cause(error: JsonLdError) -> SelloError:
    """Our own error, however deep PyLD wrapped it; else its error code, never its copy of the document."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, SelloError):
            return inner
        inner = inner.__cause__
    return TransformationError("This document is not JSON-LD.", detail=str(error.code or error.type))


class Processor(JsonLdProcessor):  # type: ignore[misc]
    """PyLD's processor, for whom a value that expands to nothing is an error."""

    def __init__(self) -> None:
        super().__init__(on_property_dropped=_dropped)

    def _expand(self, active_ctx: Any, active_property: Any, element: Any, *args: Any, **named: Any) -> Any:
        purse.charge(steps=4)
        expanded = super()._expand(active_ctx, active_property, element, *args, **named)
        if expanded is None:
            raise DataLossError("A value in this document means nothing in RDF.")
        return expanded

    def _create_term_definition(self, *args: Any, **named: Any) -> Any:
        """Contexts that types and terms bring along are read anew wherever another one holds around them."""
        purse.charge(steps=4)
        return super()._create_term_definition(*args, **named)

    def _clone_active_context(self, active_ctx: Any) -> Any:
        purse.charge(steps=4 + len(active_ctx["mappings"]) // 32)
        return super()._clone_active_context(active_ctx)

    def _process_context(
        self, active_ctx: Any, local_ctx: Any, options: Any, *args: Any, **named: Any
    ) -> Any:
        """PyLD clones the active context, and so forgets, wherever a type brings a context of its own."""
        if args or "cycles" in named or not isinstance(local_ctx, dict) or "_uuid" not in active_ctx:
            return super()._process_context(active_ctx, local_ctx, options, *args, **named)
        key = (active_ctx["_uuid"], id(local_ctx), tuple(sorted(named.items())))
        known = memory().scoped.get(key)
        if known is None or known[0] is not local_ctx:
            known = (local_ctx, super()._process_context(active_ctx, local_ctx, options, **named))
            remember_contexts(memory().scoped, key, known)
        return known[1]


class _Labelling(Processor):
    """Names each node without identifier where it stands, in PyLD's own copy of the document."""

    def __init__(self) -> None:
        super().__init__()
        self.document: dict[str, Any] = {}
        self.count = 0

    def _expand(self, active_ctx: Any, active_property: Any, element: Any, *args: Any, **named: Any) -> Any:
        if active_property is None and not self.document:
            self.document = element
        expanded = super()._expand(active_ctx, active_property, element, *args, **named)
        if not isinstance(expanded, dict) or not _NO_NODE.isdisjoint(expanded):
            return expanded
        if any(str(name).startswith("_:") for name in (expanded.get("@id"), *expanded.get("@type", ()))):
            raise TransformationError("A name that means something here only cannot be shown by itself.")
        if "@id" not in expanded and active_property != "@reverse" and not named.get("inside_index"):
            element["@id"] = expanded["@id"] = f"_:n{self.count}"
            self.count += 1
        return expanded
