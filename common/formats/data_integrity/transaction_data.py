"""Transaction data in a presentation with a Data Integrity proof: hashes under a term of its own.

OpenID4VP 1.0 §B.3.3.1 describes them for SD-JWT VC; here they are read as there.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from common.encoding import base64url
from common.formats.base import Binding, BindingMismatchError
from common.rdf.terms import TRANSACTION_DATA_HASHES


def transaction_data_digest(entry: str) -> str:
    """The hash of one entry of `transaction_data`, taken of its base64url text (OpenID4VP 1.0 §B.3.3.1)."""
    return base64url.encode(sha256(entry.encode()).digest())


def confirmed(document: Mapping[str, Any], binding: Binding) -> tuple[str, ...]:
    """The entries of the binding that the holder signed; a hash of anything else is refused."""
    value = document.get(TRANSACTION_DATA_HASHES, [])
    hashes = value if isinstance(value, list) else [value]
    known = {transaction_data_digest(entry): entry for entry in binding.transaction_data}
    if not all(isinstance(item, str) and item in known for item in hashes):
        raise BindingMismatchError("The holder signed transaction data that was not asked for.")
    return tuple(entry for digest, entry in known.items() if digest in hashes)
