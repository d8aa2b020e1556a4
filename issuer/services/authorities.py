"""Authorities, their keys and their DID documents."""

from functools import lru_cache
from typing import Any

from django.db import transaction

from common.adapters.key_table import key_store
from common.errors import UnknownPart
from common.keys import Signer, jwk, multikey
from issuer.models import Authority

CONTEXTS = [
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/jwk/v1",
]
FRAGMENTS = {"Ed25519": "ed25519-1", "P-256": "p256-1"}


@transaction.atomic
def create_authority(slug: str, name: str) -> Authority:
    """The authority of that slug, made with two fresh keys where there is none yet."""
    existing = Authority.objects.filter(slug=slug).first()
    if existing is not None:
        return existing
    store = key_store()
    return Authority.objects.create(
        slug=slug, name=name, ed25519_key=store.create("Ed25519"), p256_key=store.create("P-256")
    )


def key_id(authority: Authority, curve: str) -> str:
    """The DID URL of the authority's key on that curve."""
    if curve not in FRAGMENTS:
        raise UnknownPart("curve", curve, FRAGMENTS)
    return f"{authority.did}#{FRAGMENTS[curve]}"


def signer(authority: Authority, curve: str) -> Signer:
    """The signer that speaks for an authority: Ed25519 for Data Integrity, P-256 for JOSE."""
    name = key_id(authority, curve)
    return _opened(authority.ed25519_key if curve == "Ed25519" else authority.p256_key, name)


@lru_cache(maxsize=256)
def _opened(key: str, name: str) -> Signer:
    """Opening a sealed key costs more than a signature, so it stays open for the life of the process."""
    return key_store().signer(key, key_id=name)


def did_document(authority: Authority) -> dict[str, Any]:
    """What `/issuers/{slug}/did.json` serves (DID Core §5): both keys, to sign credentials and requests."""
    did = authority.did
    ed25519, p256 = key_id(authority, "Ed25519"), key_id(authority, "P-256")
    return {
        "@context": CONTEXTS,
        "id": did,
        "verificationMethod": [
            {
                "id": ed25519,
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": multikey.encode(signer(authority, "Ed25519").public_key),
            },
            {
                "id": p256,
                "type": "JsonWebKey",
                "controller": did,
                "publicKeyJwk": jwk.encode(signer(authority, "P-256").public_key),
            },
        ],
        "assertionMethod": [ed25519, p256],
        "authentication": [ed25519, p256],
    }
