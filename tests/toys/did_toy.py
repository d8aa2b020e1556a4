"""did:toy, whose identifier is a public key as Multikey: what the smallest DID method consists of."""

from common.did.document import DIDDocument, Fetch, ResolutionError, parse_document
from common.errors import SelloError
from common.keys import PublicKey, multikey


def encode(key: PublicKey) -> str:
    """The did:toy of a public key."""
    return f"did:toy:{multikey.encode(key)}"


def resolve(did: str, *, fetch: Fetch) -> DIDDocument:
    """The document of a did:toy; the network is not asked. `ResolutionError` where it holds no key."""
    value = did.removeprefix("did:toy:")
    try:
        multikey.decode(value)
    except SelloError as error:
        raise ResolutionError("This did:toy holds no public key.", code="invalidDid") from error
    key = {"id": f"{did}#0", "type": "Multikey", "controller": did, "publicKeyMultibase": value}
    source = {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": [key],
        "assertionMethod": [f"{did}#0"],
        "authentication": [f"{did}#0"],
    }
    return parse_document(source, did=did)
