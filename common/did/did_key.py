"""did:key (W3C CCG did:key method): the identifier is the key."""

from common.did.document import DIDDocument, Fetch, ResolutionError, parse_document
from common.errors import SelloError
from common.keys import PublicKey, multikey


def encode(key: PublicKey) -> str:
    """The did:key of a public key."""
    return f"did:key:{multikey.encode(key)}"


def verification_method(key: PublicKey) -> str:
    """The DID URL under which a did:key's own document lists its key."""
    text = multikey.encode(key)
    return f"did:key:{text}#{text}"


def resolve(did: str, *, fetch: Fetch) -> DIDDocument:
    """Expand a did:key into its document; the network is not asked."""
    text = did.removeprefix("did:key:")
    try:
        key = multikey.decode(text)
    except SelloError as error:
        raise ResolutionError("This did:key holds no key.", code="invalidDid") from error
    if multikey.encode(key) != text:
        raise ResolutionError("This did:key is not in its one form.", code="invalidDid")
    method = f"{did}#{text}"
    source = {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": [
            {"id": method, "type": "Multikey", "controller": did, "publicKeyMultibase": text}
        ],
        "authentication": [method],
        "assertionMethod": [method],
        "capabilityInvocation": [method],
        "capabilityDelegation": [method],
    }
    return parse_document(source, did=did)
