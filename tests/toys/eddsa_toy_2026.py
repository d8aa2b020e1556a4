"""eddsa-toy-2026: a cryptosuite that signs a document's canonical JSON under a word of its own."""

from collections.abc import Mapping
from typing import Any, Final

from common.formats.data_integrity.jcs_suites import JcsSuite
from common.rdf.contexts import Contexts

WORD: Final = b"eddsa-toy-2026\n"


class ToySuite(JcsSuite):
    """Another Transformation; configuration, hashing and proof are those of the JCS suites."""

    def transform(self, document: Mapping[str, Any], *, curve: str, contexts: Contexts) -> bytes:
        """The canonical JSON after the suite's word, so that no other suite's signature fits."""
        return WORD + super().transform(document, curve=curve, contexts=contexts)

    def transform_and_read(
        self, document: Mapping[str, Any], *, curve: str, contexts: Contexts
    ) -> tuple[bytes, Mapping[str, Any]]:
        """The same bytes, and the document as they say it."""
        transformed, read = super().transform_and_read(document, curve=curve, contexts=contexts)
        return WORD + transformed, read


EDDSA_TOY_2026: Final = ToySuite("eddsa-toy-2026", ("Ed25519",))
