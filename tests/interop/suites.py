"""Whoever else signs and verifies Data Integrity, and refuses by raising."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

from common.keys import PrivateKey
from tests.interop import library, peers

SELECTIVE: Final = "ecdsa-sd-2023"
ALWAYS: Final = ["/issuer", "/validFrom", "/credentialSubject/id"]
CHOSEN: Final = ["/credentialSubject/given_name", "/credentialSubject/books"]


class Peer(Protocol):
    """A library that others wrote."""

    def sign(self, suite: str, document: Mapping[str, Any], key: PrivateKey) -> Mapping[str, Any]:
        """The credential as its holder gets it: with a base proof where the suite knows one."""

    def show(self, suite: str, credential: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a holder shows of a credential with a base proof."""

    def verify(self, suite: str, credential: Mapping[str, Any]) -> None:
        """Raise unless the proof holds."""


class DigitalBazaar:
    """@digitalbazaar/vc with one package a suite."""

    def sign(self, suite: str, document: Mapping[str, Any], key: PrivateKey) -> Mapping[str, Any]:
        pointers = ALWAYS if suite == SELECTIVE else None
        told = self._run("sign", suite, document, key=library.multikeys(key), pointers=pointers)
        found: Mapping[str, Any] = told["credential"]
        return found

    def show(self, suite: str, credential: Mapping[str, Any]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._run("show", suite, credential, pointers=CHOSEN)["credential"]
        return found

    def verify(self, suite: str, credential: Mapping[str, Any]) -> None:
        self._run("verify", suite, credential)

    @staticmethod
    def _run(action: str, suite: str, credential: Mapping[str, Any], **given: Any) -> dict[str, Any]:
        return peers.run(
            "data_integrity.mjs",
            action=action, suite=suite, credential=credential, documents=library.CONTEXTS, **given,
        )  # fmt: skip


class OpenVc:
    """PyPI openvc-core; it is here and nowhere else, since the product must not lean on it."""

    def sign(self, suite: str, document: Mapping[str, Any], key: PrivateKey) -> Mapping[str, Any]:
        from openvc import signing_key_from_jwk

        given: dict[str, Any] = {
            "signing_key": signing_key_from_jwk(library.private_jwk(key), key.key_id),
            "verification_method": key.key_id,
        }
        if "jcs" not in suite:
            given["extra_contexts"] = library.CONTEXTS
        if suite == SELECTIVE:
            return dict(self._suite(suite).add_base_proof(dict(document), mandatory_pointers=ALWAYS, **given))
        return dict(self._suite(suite).add_proof(dict(document), **given))

    def show(self, suite: str, credential: Mapping[str, Any]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._suite(suite).derive_proof(
            credential, selective_pointers=CHOSEN, extra_contexts=library.CONTEXTS
        )
        return found

    def verify(self, suite: str, credential: Mapping[str, Any]) -> None:
        from openvc import verify_credential

        verify_credential(credential, extra_contexts=library.CONTEXTS)

    @staticmethod
    def _suite(name: str) -> Any:
        from openvc.proof.data_integrity import DataIntegrityProofSuite
        from openvc.proof.di_ecdsa_rdfc import EcdsaRdfcProofSuite
        from openvc.proof.di_jcs import EcdsaJcsProofSuite, EddsaJcsProofSuite
        from openvc.proof.ecdsa_sd import EcdsaSdProofSuite

        return {
            "eddsa-rdfc-2022": DataIntegrityProofSuite,
            "ecdsa-rdfc-2019": EcdsaRdfcProofSuite,
            "eddsa-jcs-2022": EddsaJcsProofSuite,
            "ecdsa-jcs-2019": EcdsaJcsProofSuite,
            "ecdsa-sd-2023": EcdsaSdProofSuite,
        }[name]()


PEERS: Final[dict[str, Peer]] = {"@digitalbazaar": DigitalBazaar(), "openvc-core": OpenVc()}
