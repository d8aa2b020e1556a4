"""What everybody else must know of a securing format, said by the format itself.

Issuer metadata, queries, consent screens and key proofs ask these values; only `common.formats.FORMATS` and a
format's own module name a format by its identifier.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from common.formats.query_meta import QueryMeta

Kind = Literal["credential", "presentation"]
HolderBinding = Literal["key", "did"]
StatusListKind = Literal["bitstring", "token"]
# How a credential in JSON may name the key to which it is bound (OpenID4VCI 1.0 §12.2.4).
BINDING_METHODS: Final = ("jwk", "did:key", "did:jwk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """The traits of a format, or of a format with one of its suites.

    `vp_format` is its entry in `vp_formats_supported` (OpenID4VP 1.0 Appendix B), None where it has none.
    """

    identifier: str  # of OpenID4VCI and OpenID4VP
    query_meta: QueryMeta
    vp_format: Mapping[str, Any] | None
    # How it is issued: the key's curve, and what `credential_signing_alg_values_supported` says.
    curve: str
    algorithms: tuple[str | int, ...]
    status_list: StatusListKind
    certified: bool = False  # a document signer signs, under a certificate of its authority's root
    vouched: bool = False  # that root's word on the authority's own key goes along (HAIP 1.0 §6.1.1)
    # To whom it is bound: to the key itself, or to a DID whose key it is.
    holder_binding: HolderBinding = "did"
    binding_methods: tuple[str, ...] = BINDING_METHODS
    without_binding: bool = False  # whether its holder may show it unsigned (OpenID4VP 1.0 §5.3)
    # How its claims stand.
    data_model: bool = False  # a document of the W3C VC Data Model, whose issuer is a DID
    type_metadata: bool = False  # its type has SD-JWT VC Type Metadata
    namespaced: bool = False  # a claims path is a namespace and an element (OpenID4VP 1.0 §7.2)
    lists_are_sets: bool = False  # in RDF what stands alone is a list of one
    selective: bool = False  # the holder chooses which claims to show


@dataclass(frozen=True, slots=True)
class TypeNames:
    """The names of a credential type: of the data model, of its page, of SD-JWT VC and of mdoc."""

    type: str
    type_url: str
    vct: str
    doctype: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedType:
    """How issuer metadata name a type in one format (OpenID4VCI 1.0 Appendix A); empty says nothing."""

    vct: str | None = None
    doctype: str | None = None
    context: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
