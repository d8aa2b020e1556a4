"""What the suites that sign a document whole have in common: hashing, signing, and the way back.

VC-DI-EDDSA §3.2, §3.3 and VC-DI-ECDSA §3.2, §3.3 differ in how a document becomes bytes; each of those is a
class of its own, and each suite an instance: a name, and the curves it signs with.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from hashlib import sha256, sha384
from typing import Any, Final

from common.encoding import multibase
from common.formats.data_integrity.suite import SignedContent, proof_bytes, require_curve, without_value
from common.keys import PublicKey, Signer
from common.rdf.contexts import Contexts

HASHES: Final = {"Ed25519": sha256, "P-256": sha256, "P-384": sha384}


class WholeDocumentSuite(ABC):
    """A `Cryptosuite` whose signature covers every statement of a document."""

    def __init__(self, name: str, curves: tuple[str, ...]) -> None:
        self.NAME, self.CURVES = name, curves
        self.SELECTIVE: bool = False
        self.OPTIONS: tuple[str, ...] = ()

    @abstractmethod
    def transform(self, document: Mapping[str, Any], *, curve: str, contexts: Contexts) -> bytes:
        """Transformation: the canonical bytes of a document."""

    @abstractmethod
    def transform_and_read(
        self, document: Mapping[str, Any], *, curve: str, contexts: Contexts
    ) -> tuple[bytes, Mapping[str, Any]]:
        """The same bytes, and the document as they say it; what could be read in two ways is an error."""

    @abstractmethod
    def configuration(self, options: Mapping[str, Any], *, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """The document that stands for a proof without its value."""

    def configure(
        self, options: Mapping[str, Any], *, document: Mapping[str, Any], curve: str, contexts: Contexts
    ) -> bytes:
        """Proof Configuration: the canonical bytes of a proof without its value."""
        return self.transform(self.configuration(options, document=document), curve=curve, contexts=contexts)

    def options_as_signed(
        self, options: Mapping[str, Any], *, document: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """The options as the proof will carry them."""
        return options

    def document_as_signed(self, document: Mapping[str, Any], proof: Mapping[str, Any]) -> Mapping[str, Any]:
        """The part of a document that its proof speaks of."""
        return document

    def hash_configuration(self, canonical: bytes, *, curve: str) -> bytes:
        """The half of Hashing that a batch shares: 32 bytes, on P-384 48."""
        return HASHES[curve](canonical).digest()

    def hash(self, transformed: bytes, *, configuration_hash: bytes, curve: str) -> bytes:
        """Hashing: the configuration's hash before the document's, 64 bytes, on P-384 96."""
        return configuration_hash + HASHES[curve](transformed).digest()

    def create_proof(
        self,
        document: Mapping[str, Any],
        options: Mapping[str, Any],
        *,
        signer: Signer,
        contexts: Contexts,
        configuration_hash: bytes | None = None,
    ) -> dict[str, Any]:
        """Create Proof: the proof of an unsecured document; a batch brings its `configuration_hash`."""
        curve = signer.public_key.curve
        require_curve(self.NAME, self.CURVES, curve)
        options = self.options_as_signed(options, document=document)
        if configuration_hash is None:
            canonical = self.configure(options, document=document, curve=curve, contexts=contexts)
            configuration_hash = self.hash_configuration(canonical, curve=curve)
        transformed = self.transform(document, curve=curve, contexts=contexts)
        data = self.hash(transformed, configuration_hash=configuration_hash, curve=curve)
        return {**options, "proofValue": multibase.encode(signer.sign(data))}

    def verify_proof(
        self, document: Mapping[str, Any], proof: Mapping[str, Any], *, key: PublicKey, contexts: Contexts
    ) -> SignedContent:
        """Verify Proof: what `key` signed of a document, once it is seen to have signed it."""
        require_curve(self.NAME, self.CURVES, key.curve)
        document = self.document_as_signed(document, proof)
        configuration = self.configuration(without_value(proof), document=document)
        canonical, options = self.transform_and_read(configuration, curve=key.curve, contexts=contexts)
        transformed, read = self.transform_and_read(document, curve=key.curve, contexts=contexts)
        configuration_hash = self.hash_configuration(canonical, curve=key.curve)
        data = self.hash(transformed, configuration_hash=configuration_hash, curve=key.curve)
        key.verify(proof_bytes(proof), data)
        return SignedContent(read, options)
