"""How a new key is shown to an office: by which type of proof, and which name (OpenID4VCI 1.0 Appendix F)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from common.formats import FORMATS
from common.formats.data_integrity import SUITES
from common.keys import PrivateKey
from common.oid4vci import presentation_proof
from common.oid4vci.credential import Proof
from common.oid4vci.key_proof import BindingMethod, create_key_proof
from common.oid4vci.metadata import ConfigurationMetadata
from wallet.attestation import provider

JWT: Final = "jwt"
ATTESTATION: Final = "attestation"
COSE_KEY: Final = "cose_key"
ALGORITHMS: Final = {"Ed25519": ("EdDSA", "Ed25519"), "P-256": ("ES256",)}  # each under all its names
SUITES_OF_CURVE: Final[Mapping[str, tuple[str, ...]]] = {
    curve: tuple(name for name in presentation_proof.SUITE_NAMES if curve in SUITES[name].CURVES)
    for curve in ALGORITHMS
}
_CHOICES: Final[tuple[tuple[str, BindingMethod], ...]] = (
    ("Ed25519", "did:key"),
    ("P-256", "did:key"),
    ("Ed25519", "jwk"),
    ("P-256", "jwk"),
)


@dataclass(frozen=True, slots=True)
class ProofMethod:
    """A type of proof, the key's curve and name; `suite` for the type `di_vp`, `attested` by our provider."""

    proof_type: str
    curve: str
    method: BindingMethod
    suite: str = ""
    attested: bool = False
    algorithm: str | None = None  # for the type `jwt`, the name by which the office knows it


def choose_proof_method(configuration: ConfigurationMetadata) -> ProofMethod | None:
    """The way that suits a configuration, or None where nothing does; a plain proof before all others."""
    if configuration.format not in FORMATS:
        return None
    attested = configuration.attestation_required is not None
    types = (JWT, ATTESTATION) if attested else (JWT, presentation_proof.TYPE, ATTESTATION)
    for proof_type in types:
        for curve, method in _choices(configuration):
            found = _named(configuration, proof_type, curve, method)
            if found is None:
                continue
            vouched = attested or proof_type == ATTESTATION
            if proof_type == presentation_proof.TYPE:
                return ProofMethod(proof_type, curve, method, found, vouched)
            return ProofMethod(proof_type, curve, method, attested=vouched, algorithm=found)
    return None


def can_attest(configuration: ConfigurationMetadata) -> bool:
    """Whether our provider can say of our keys what the office asks for (Appendix D.2)."""
    wanted = configuration.attestation_required
    return wanted is None or provider.RESISTANCE.satisfies(wanted)


def prove_key(
    found: ProofMethod, key: PrivateKey, *, audience: str, nonce: str | None, now: datetime
) -> Proof:
    """The proof for one key."""
    if found.proof_type == presentation_proof.TYPE:
        return presentation_proof.create_presentation_proof(
            audience=audience, nonce=nonce, key=key, suite=found.suite, now=now
        )
    attestation = provider.attest_keys([key.public_key], nonce=nonce, now=now) if found.attested else None
    if found.proof_type == ATTESTATION and attestation is not None:
        return attestation
    return create_key_proof(
        audience=audience,
        nonce=nonce,
        signer=key,
        now=now,
        binding=found.method,
        algorithm=found.algorithm,
        key_attestation=attestation,
    )


def _choices(configuration: ConfigurationMetadata) -> tuple[tuple[str, BindingMethod], ...]:
    """Curves and names that the format and the office take, the best first."""
    methods, traits = configuration.binding_methods, FORMATS[configuration.format].traits
    if COSE_KEY in methods and COSE_KEY in traits.binding_methods:
        methods = ("jwk",)  # a proof of the type jwt says by jwk which key an mdoc is to bind (F.1)
    choices = _CHOICES
    if traits.holder_binding == "key":
        choices = (("P-256", "jwk"), ("P-256", "did:key"), *choices)
    return tuple((curve, method) for curve, method in choices if method in methods)


def _named(
    configuration: ConfigurationMetadata, proof_type: str, curve: str, method: BindingMethod
) -> str | None:
    """The algorithm, or the suite of a presentation, under which the office takes such a proof, if any."""
    offered = configuration.proof_types.get(proof_type, ())
    if proof_type == presentation_proof.TYPE:
        names = SUITES_OF_CURVE[curve] if method == "did:key" else ()
    else:
        names = ALGORITHMS[curve if proof_type == JWT else "P-256"]
    return next((name for name in names if name in offered), None)
