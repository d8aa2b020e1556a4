"""Transaction data in a Key Binding JWT (OpenID4VP 1.0 B.3.3.1): hashes of the request's own strings."""

from collections.abc import Mapping, Sequence
from typing import Any

from common.encoding import base64url, strict_json
from common.errors import MalformedInputError
from common.formats.base import BindingMismatchError
from common.formats.sd_jwt.disclosure import DEFAULT_HASH, HASHES, digest


def hashes(entries: Sequence[str]) -> dict[str, Any]:
    """The members that a holder adds to the Key Binding JWT for `entries`; none for none."""
    if not entries:
        return {}
    offered = [_algorithms(entry) for entry in entries]
    common = [name for name in HASHES if all(name in (some or [DEFAULT_HASH]) for some in offered)]
    if not common:
        raise MalformedInputError(
            "The transaction data ask for no hash algorithm that is known.", code="invalid_transaction_data"
        )
    members: dict[str, Any] = {
        "transaction_data_hashes": [digest(entry, algorithm=common[0]) for entry in entries]
    }
    if any(some is not None for some in offered):
        members["transaction_data_hashes_alg"] = common[0]
    return members


def verify(claims: Mapping[str, Any], *, entries: Sequence[str]) -> None:
    """Raise unless the holder signed exactly `entries`, in their order, under a hash each entry allows."""
    signed = claims.get("transaction_data_hashes")
    algorithm = claims.get("transaction_data_hashes_alg", DEFAULT_HASH)
    if not entries:
        if signed is not None:
            raise BindingMismatchError("The holder signed transaction data that nobody asked for.")
        return
    offered = [_algorithms(entry) for entry in entries]
    if any(some is not None for some in offered) and "transaction_data_hashes_alg" not in claims:
        raise BindingMismatchError("The holder did not name the hash of the transaction data.")
    if algorithm not in HASHES or any(algorithm not in (some or [DEFAULT_HASH]) for some in offered):
        raise BindingMismatchError("The holder hashed the transaction data by another algorithm.")
    if signed != [digest(entry, algorithm=algorithm) for entry in entries]:
        raise BindingMismatchError("The holder did not sign these transaction data.")


def _algorithms(entry: str) -> list[str] | None:
    """The hash algorithms that one entry allows, or None where it leaves the default."""
    value = strict_json.loads_object(base64url.decode(entry))
    names = value.get("transaction_data_hashes_alg")
    if names is None:
        return None
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise MalformedInputError(
            "transaction_data_hashes_alg is a list of names.", code="invalid_transaction_data"
        )
    return names
