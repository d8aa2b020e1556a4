"""eddsa-rdfc-2022 (VC-DI-EDDSA §3.2) and ecdsa-rdfc-2019 (VC-DI-ECDSA §3.2): RDF canonicalisation.

A P-384 key brings SHA-384 into canonicalisation too (VC-DI-ECDSA §3.2.3).
"""

from collections.abc import Mapping
from typing import Any, Final

from common.formats.data_integrity.whole_document import WholeDocumentSuite
from common.rdf.canonical import HashAlgorithm, canonicalize
from common.rdf.contexts import Contexts
from common.rdf.dataset import to_quads
from common.rdf.expansion import expand
from common.rdf.statements import read_statements

_CANONICAL: Final[dict[str, HashAlgorithm]] = {"Ed25519": "sha256", "P-256": "sha256", "P-384": "sha384"}


class RdfcSuite(WholeDocumentSuite):
    """A document's statements are signed, whatever JSON they were written in."""

    def transform(self, document: Mapping[str, Any], *, curve: str, contexts: Contexts) -> bytes:
        """The canonical N-Quads of a document (§3.2.3)."""
        return canonicalize(to_quads(expand(document, contexts=contexts)), algorithm=_CANONICAL[curve])

    def transform_and_read(
        self, document: Mapping[str, Any], *, curve: str, contexts: Contexts
    ) -> tuple[bytes, Mapping[str, Any]]:
        """The canonical N-Quads of a document in its own form, and the document that they say."""
        reading = read_statements(document, contexts=contexts)
        return canonicalize(reading.quads, algorithm=_CANONICAL[curve]), reading.document

    def configuration(self, options: Mapping[str, Any], *, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """The proof's options under the document's contexts (§3.2.5)."""
        return {**options, "@context": document.get("@context", [])}


EDDSA_RDFC_2022: Final = RdfcSuite("eddsa-rdfc-2022", ("Ed25519",))
ECDSA_RDFC_2019: Final = RdfcSuite("ecdsa-rdfc-2019", ("P-256", "P-384"))
