"""did:jwk (did:jwk method specification): the identifier is a public JWK."""

from common.did.document import DIDDocument, Fetch, ResolutionError, parse_document
from common.encoding import base64url, jcs, strict_json
from common.errors import SelloError
from common.keys import PublicKey, jwk


def encode(key: PublicKey) -> str:
    """The did:jwk of a public key."""
    return f"did:jwk:{base64url.encode(jcs.canonicalize(jwk.encode(key)))}"


def resolve(did: str, *, fetch: Fetch) -> DIDDocument:
    """Expand a did:jwk into its document; the network is not asked.

    A key whose `use` is `enc` is listed for keyAgreement alone, so that it signs nothing.
    """
    try:
        value = strict_json.loads_object(base64url.decode(did.removeprefix("did:jwk:")))
        jwk.decode(value)
    except SelloError as error:
        raise ResolutionError("This did:jwk holds no public key.", code="invalidDid") from error
    method = f"{did}#0"
    signing = ("authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation")
    relations = {name: [method] for name in (("keyAgreement",) if value.get("use") == "enc" else signing)}
    source = {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"],
        "id": did,
        "verificationMethod": [
            {"id": method, "type": "JsonWebKey", "controller": did, "publicKeyJwk": value}
        ],
        **relations,
    }
    return parse_document(source, did=did)
