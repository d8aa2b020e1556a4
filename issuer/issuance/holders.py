"""To whom a credential is issued without the protocol: a DID, or a public key in a file."""

from pathlib import Path

from common.adapters.documents.sources import resolve_did
from common.did import did_key
from common.encoding import strict_json
from common.errors import InvalidKeyError
from common.formats.base import Holder
from common.keys import jwk


def find_holder(text: str) -> Holder:
    """The holder behind a DID, by its first authentication key, or behind a JWK file."""
    if not text.startswith("did:"):
        source = strict_json.loads_object(Path(text).read_bytes())
        if "d" in source:
            raise InvalidKeyError("This file holds a private key; give its public part alone.")
        key = jwk.decode(source)
        return Holder(key, did_key.encode(key))
    for method in resolve_did(text).methods.values():
        if "authentication" in method.purposes and method.controller == text:
            return Holder(method.public_key, text)
    raise InvalidKeyError("This DID lists no key of its own for authentication.")
