"""Authorities, their keys and their DID documents."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from common.adapters.storage.key_table import key_store
from common.did import did_key
from common.errors import UnknownPartError
from common.keys import Signer, jwk, multikey
from issuer.models import Authority

CONTEXTS = [
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/jwk/v1",
]
FRAGMENTS = {"Ed25519": "ed25519-1", "P-256": "p256-1", "P-384": "p384-1"}


def create_authority(slug: str, name: str) -> Authority:
    """The authority of that slug, made with fresh keys where there is none yet."""
    existing = Authority.objects.filter(slug=slug).first()
    if existing is not None:
        return existing
    store = key_store()
    return Authority.objects.create(
        slug=slug,
        name=name,
        ed25519_key=store.create("Ed25519"),
        p256_key=store.create("P-256"),
        p384_key=store.create("P-384"),
    )


def authority_named(slug: str) -> Authority | None:
    """The authority of that slug; None where there is none."""
    return Authority.objects.filter(slug=slug).first()


def set_policy(
    slug: str,
    *,
    high_assurance: bool | None = None,
    requires_encryption: bool | None = None,
    key_storage: Sequence[str] | None = None,
) -> Authority:
    """What an authority asks of wallets; None leaves it as it was."""
    authority = authority_named(slug)
    if authority is None:
        raise UnknownPartError("authority", slug, Authority.objects.values_list("slug", flat=True))
    if high_assurance is not None:
        authority.high_assurance = high_assurance
    if requires_encryption is not None:
        authority.requires_encryption = requires_encryption
    if key_storage is not None:
        authority.key_storage = list(key_storage)
    authority.save(update_fields=["high_assurance", "requires_encryption", "key_storage"])
    return authority


def key_id(authority: Authority, curve: str) -> str:
    """The DID URL of the authority's key on that curve."""
    if curve not in FRAGMENTS:
        raise UnknownPartError("curve", curve, FRAGMENTS)
    return f"{authority.did}#{FRAGMENTS[curve]}"


def authority_signer(authority: Authority, curve: str) -> Signer:
    """The signer that speaks for an authority: Ed25519 for Data Integrity, P-256 for JOSE."""
    name = key_id(authority, curve)
    return _opened(_key(authority, curve), name)


def key_signer(authority: Authority, curve: str) -> Signer:
    """The same key under its own did:key, which leads to nobody: a name for peers that know no other."""
    public = authority_signer(authority, curve).public_key
    return _opened(_key(authority, curve), did_key.key_method(public))


def _key(authority: Authority, curve: str) -> str:
    """The key store's name for the authority's key on a curve that has one."""
    keys = (authority.ed25519_key, authority.p256_key, authority.p384_key)
    return dict(zip(FRAGMENTS, keys, strict=True))[curve]


@lru_cache(maxsize=256)
def _opened(key: str, name: str) -> Signer:
    """Opening a sealed key costs more than a signature, so it stays open for the life of the process."""
    return key_store().signer(key, key_id=name)


def authority_did_document(authority: Authority) -> dict[str, Any]:
    """What `/issuers/{slug}/did.json` serves (DID Core §5): its keys, to sign credentials and requests.

    The P-256 key stands as a JWK, which JOSE wants (VC-JOSE-COSE §4.3); the others as Data Integrity does.
    """
    methods = []
    for curve in FRAGMENTS:
        public = authority_signer(authority, curve).public_key
        written: dict[str, Any] = (
            {"type": "JsonWebKey", "publicKeyJwk": jwk.encode(public)}
            if curve == "P-256"
            else {"type": "Multikey", "publicKeyMultibase": multikey.encode(public)}
        )
        methods.append({"id": key_id(authority, curve), "controller": authority.did, **written})
    names = [method["id"] for method in methods]
    return {
        "@context": CONTEXTS,
        "id": authority.did,
        "verificationMethod": methods,
        "assertionMethod": names,
        "authentication": names,
    }
