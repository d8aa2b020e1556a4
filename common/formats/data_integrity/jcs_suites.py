"""eddsa-jcs-2022 (VC-DI-EDDSA §3.3) and ecdsa-jcs-2019 (VC-DI-ECDSA §3.3): canonical JSON, RFC 8785."""

from collections.abc import Mapping
from typing import Any, Final

from common.encoding import jcs, strict_json
from common.errors import InvalidSignatureError
from common.formats.data_integrity.whole_document import WholeDocumentSuite
from common.rdf.contexts import Contexts


class JcsSuite(WholeDocumentSuite):
    """A document's JSON is signed as it stands; no context is read."""

    def transform(self, document: Mapping[str, Any], *, curve: str, contexts: Contexts) -> bytes:
        """The canonical JSON of a document (§3.3.3)."""
        return jcs.canonicalize(document)

    def transform_and_read(
        self, document: Mapping[str, Any], *, curve: str, contexts: Contexts
    ) -> tuple[bytes, Mapping[str, Any]]:
        """The canonical JSON of a document, and the document, its numbers as that text has them."""
        return jcs.canonicalize(document), _as_canonical(document)

    def configuration(self, options: Mapping[str, Any], *, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """The proof's options, which carry their own `@context` (§3.3.5)."""
        return options

    def options_as_signed(
        self, options: Mapping[str, Any], *, document: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """The options with the document's contexts (§3.3.1 step 2)."""
        return {**options, "@context": document["@context"]} if "@context" in document else options

    def document_as_signed(self, document: Mapping[str, Any], proof: Mapping[str, Any]) -> Mapping[str, Any]:
        """The document with the contexts that its proof names, which must come first (§3.3.2 step 4).

        Contexts that somebody appended later were not signed, so they are not in what is returned.
        """
        if "@context" not in proof:
            return document
        signed, found = proof["@context"], document.get("@context")
        if signed == found:
            return document
        if not (
            isinstance(signed, list) and signed and isinstance(found, list) and found[: len(signed)] == signed
        ):
            raise InvalidSignatureError("The contexts of this document are not those of its proof.")
        return {**document, "@context": signed}


def _as_canonical(value: Any) -> Any:
    """A JSON value with the numbers of its canonical text, in which 7.0 is 7 (RFC 8785 §3.2.2.3)."""
    if isinstance(value, Mapping):
        return {name: _as_canonical(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_as_canonical(item) for item in value]
    whole = isinstance(value, float) and value.is_integer() and abs(value) <= strict_json.MAX_INTEGER
    return int(value) if whole else value


EDDSA_JCS_2022: Final = JcsSuite("eddsa-jcs-2022", ("Ed25519",))
ECDSA_JCS_2019: Final = JcsSuite("ecdsa-jcs-2019", ("P-256", "P-384"))
