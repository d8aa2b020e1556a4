"""What a DCQL credential query says of a credential in `meta`, by format (OpenID4VP 1.0 Appendix B)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Protocol

from common.errors import MalformedInputError

MAX_ALTERNATIVES: Final = 100  # of `type_values`; a query beyond it asks to be slow
Ancestors = Callable[
    [], Collection[str]
]  # the types that a credential's own extend, where somebody has looked


class QueryMeta(Protocol):
    """The one member of `meta` that a format requires, `member` by name."""

    member: ClassVar[str]

    def check(self, meta: Mapping[str, Any]) -> None:
        """Raise `MalformedInputError` unless a `meta` that is not empty has the member in its form."""

    def matches(self, meta: Mapping[str, Any], types: Collection[str], *, ancestors: Ancestors) -> bool:
        """Whether a credential of these `types` is one that a checked `meta` asks for."""


@dataclass(frozen=True, slots=True)
class VctValues:
    """`vct_values`: the types of an SD-JWT VC, or those it extends (B.3.5)."""

    member: ClassVar[str] = "vct_values"

    def check(self, meta: Mapping[str, Any]) -> None:
        """Raise unless `vct_values` is a list of texts."""
        _require_texts(meta.get(self.member), self.member)

    def matches(self, meta: Mapping[str, Any], types: Collection[str], *, ancestors: Ancestors) -> bool:
        """Whether one of the values is the credential's type, or one that this extends."""
        wanted = set(meta[self.member])
        return not wanted.isdisjoint(types) or not wanted.isdisjoint(ancestors())


@dataclass(frozen=True, slots=True)
class TypeValues:
    """`type_values`: sets of expanded types of a W3C credential, of one of which it has all (B.1.1)."""

    member: ClassVar[str] = "type_values"

    def check(self, meta: Mapping[str, Any]) -> None:
        """Raise unless `type_values` is a list of lists of texts."""
        alternatives = meta.get(self.member)
        if not isinstance(alternatives, list) or not 0 < len(alternatives) <= MAX_ALTERNATIVES:
            raise MalformedInputError(f"{self.member} is an array of 1 to {MAX_ALTERNATIVES} entries.")
        for alternative in alternatives:
            _require_texts(alternative, self.member)

    def matches(self, meta: Mapping[str, Any], types: Collection[str], *, ancestors: Ancestors) -> bool:
        """Whether the credential has all types of one of the alternatives."""
        return any(set(types) >= set(alternative) for alternative in meta.get(self.member, ()))


@dataclass(frozen=True, slots=True)
class DoctypeValue:
    """`doctype_value`: the document type of an mdoc (B.2.3)."""

    member: ClassVar[str] = "doctype_value"

    def check(self, meta: Mapping[str, Any]) -> None:
        """Raise unless `doctype_value` is a text."""
        if not isinstance(meta.get(self.member), str) or not meta[self.member]:
            raise MalformedInputError(f"A query for an mdoc has {self.member} in its meta.")

    def matches(self, meta: Mapping[str, Any], types: Collection[str], *, ancestors: Ancestors) -> bool:
        """Whether the value is the document's type."""
        return meta[self.member] in types


def _require_texts(value: object, name: str) -> None:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) and one for one in value):
        raise MalformedInputError(f"{name} is a non-empty array of strings.")
