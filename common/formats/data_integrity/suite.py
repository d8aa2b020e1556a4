"""The interface of a cryptosuite: one function an algorithm of its specification (VC Data Integrity §3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from common.encoding import multibase
from common.errors import InvalidSignatureError, UnknownPartError
from common.keys import PublicKey, Signer
from common.rdf.contexts import Contexts

PROOF_TYPE = "DataIntegrityProof"  # §3.1


@dataclass(frozen=True, slots=True)
class SignedContent:
    """What a signature was seen to cover: a document, and the options of its proof.

    Both as they are to be read: where statements are signed, not JSON, they are built from the statements.
    """

    document: Mapping[str, Any]
    options: Mapping[str, Any]


class Cryptosuite(Protocol):
    """A suite under its own name in `SUITES`: an instance, or a module that stands for one.

    `curve` decides the hash where a suite has several; `contexts` gives the documents behind context URLs.
    A suite that signs a document whole has its Transformation as `transform` and its Hashing as `hash`.
    """

    NAME: str
    CURVES: tuple[str, ...]
    SELECTIVE: bool  # whether its proof is a base proof, of which the holder shows parts
    OPTIONS: tuple[str, ...]  # what whoever asks for a proof may say beyond the options of any

    def configure(
        self, options: Mapping[str, Any], *, document: Mapping[str, Any], curve: str, contexts: Contexts
    ) -> bytes:
        """Proof Configuration: the bytes that stand for a proof without its value."""

    def hash_configuration(self, canonical: bytes, *, curve: str) -> bytes:
        """The half of Hashing that a batch of one signer, purpose, hour and set of contexts shares."""

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

    def verify_proof(
        self, document: Mapping[str, Any], proof: Mapping[str, Any], *, key: PublicKey, contexts: Contexts
    ) -> SignedContent:
        """Verify Proof: what `key` signed of `document`, which is given without `proof`; else an error."""


def require_curve(suite: str, curves: tuple[str, ...], curve: str) -> None:
    """An error that names what a suite signs with, where a key is another."""
    if curve not in curves:
        raise UnknownPartError(f"curve of {suite}", curve, curves)


def proof_bytes(proof: Mapping[str, Any]) -> bytes:
    """The signature in a proof's base58btc `proofValue` (step 3 of each suite's Verify Proof)."""
    value = proof.get("proofValue")
    if not isinstance(value, str) or not value.startswith("z"):
        raise InvalidSignatureError("A proof carries its value in base58btc.")
    return multibase.decode(value)


def without_value(proof: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a proof (step 2 of each suite's Verify Proof)."""
    return {name: value for name, value in proof.items() if name != "proofValue"}
