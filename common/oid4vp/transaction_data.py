"""Transaction data (OpenID4VP §5.1, §8.4, B.3.3.1): what a person authorises by presenting.

Each entry travels as one base64url string, and what the holder signs is the hash of that very string. One
dict lists the types; an unknown type, an unknown field or a wrong value is an error, never ignored.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from common.encoding import base64url, jcs, strict_json
from common.encoding.money import to_minor
from common.encoding.plain_text import is_shown
from common.errors import MalformedInputError
from common.oid4vp.dcql import DcqlQuery
from common.oid4vp.errors import InvalidRequestError, InvalidTransactionDataError
from common.vcdm import times

PAYMENT: Final = "urn:sello:payment:1"
DATA_ACCESS: Final = "urn:sello:data-access-consent:1"
MAX_ATTRIBUTES: Final = 50
HASH_ALGORITHMS: Final = {"sha-256": hashlib.sha256}
MAX_ENTRIES: Final = 10


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that moves once the holder signs: `amount` a decimal string in `currency` (ISO 4217).

    `at_most` where less may move, by rules that see more than the holder does; more never does.
    """

    credential_ids: tuple[str, ...]
    payee: str
    amount: str
    currency: str
    reference: str
    purpose: str
    at_most: bool = False

    def __post_init__(self) -> None:
        for name in ("payee", "reference", "purpose"):
            value = getattr(self, name)
            seen = str.isprintable if name == "payee" else is_shown  # an account has no joiners
            if not isinstance(value, str) or not 0 < len(value) <= 200 or not seen(value):
                raise InvalidTransactionDataError(f"The {name} of a payment is a short text.")
        if self.minor_units <= 0:
            raise InvalidTransactionDataError("A payment is of more than nothing.")

    @property
    def minor_units(self) -> int:
        """The amount as an integer in the currency's smallest unit."""
        try:
            return to_minor(self.amount, self.currency)
        except MalformedInputError as error:
            raise InvalidTransactionDataError(error.public) from error

    def to_json(self) -> dict[str, Any]:
        """The object whose base64url text travels."""
        return {
            "type": PAYMENT,
            "credential_ids": list(self.credential_ids),
            "transaction_data_hashes_alg": list(HASH_ALGORITHMS),
            "payee": self.payee,
            "amount": self.amount,
            "currency": self.currency,
            "reference": self.reference,
            "purpose": self.purpose,
            **({"at_most": True} if self.at_most else {}),
        }


@dataclass(frozen=True, slots=True)
class DataAccess:
    """Consent to have attributes of one's record read, again and again until `valid_until`.

    `client_id`, a DID, reads them at `authority`, an issuer's identifier, for `purpose` and nothing else.
    """

    credential_ids: tuple[str, ...]
    authority: str
    client_id: str
    purpose: str
    attributes: tuple[str, ...]
    valid_until: datetime

    def __post_init__(self) -> None:
        for name in ("authority", "client_id", "purpose"):
            _require_text(getattr(self, name), name, longest=200 if name == "purpose" else 500)
        for attribute in self.attributes:
            _require_text(attribute, "attribute", longest=200)
        if not 0 < len(self.attributes) <= MAX_ATTRIBUTES or len(set(self.attributes)) < len(self.attributes):
            raise InvalidTransactionDataError("A consent names its attributes, each once.")

    def to_json(self) -> dict[str, Any]:
        """The object whose base64url text travels."""
        return {
            "type": DATA_ACCESS,
            "credential_ids": list(self.credential_ids),
            "transaction_data_hashes_alg": list(HASH_ALGORITHMS),
            "authority": self.authority,
            "client_id": self.client_id,
            "purpose": self.purpose,
            "attributes": list(self.attributes),
            "valid_until": times.write(self.valid_until),
        }


Content = Payment | DataAccess


@dataclass(frozen=True, slots=True)
class TransactionData:
    """One entry of a request: the text that is hashed, and what it says."""

    encoded: str
    type: str
    credential_ids: tuple[str, ...]
    content: Content


def _payment(value: Mapping[str, Any]) -> Payment:
    fields = {"payee", "amount", "currency", "reference", "purpose"}
    if set(value) - {"transaction_data_hashes_alg", "at_most"} != fields | {"type", "credential_ids"}:
        raise InvalidTransactionDataError("A payment has exactly the fields of its type.")
    if value.get("at_most", True) is not True:  # one form alone: it stands there and is true, or is absent
        raise InvalidTransactionDataError("at_most is true, or is left out.")
    return Payment(
        credential_ids=tuple(value["credential_ids"]),
        at_most="at_most" in value,
        **{name: value[name] for name in fields},
    )


def _data_access(value: Mapping[str, Any]) -> DataAccess:
    fields = {"authority", "client_id", "purpose", "attributes", "valid_until"}
    if set(value) - {"transaction_data_hashes_alg"} != fields | {"type", "credential_ids"}:
        raise InvalidTransactionDataError("A consent has exactly the fields of its type.")
    if not isinstance(value["attributes"], list):
        raise InvalidTransactionDataError("A consent lists its attributes.")
    try:
        until = times.parse(value["valid_until"])
    except times.InvalidTimeError as error:
        raise InvalidTransactionDataError("A consent says until when.", detail=error.public) from error
    return DataAccess(
        credential_ids=tuple(value["credential_ids"]),
        authority=value["authority"],
        client_id=value["client_id"],
        purpose=value["purpose"],
        attributes=tuple(value["attributes"]),
        valid_until=until,
    )


def _require_text(value: object, name: str, *, longest: int) -> None:
    if not isinstance(value, str) or not 0 < len(value) <= longest or not is_shown(value):
        raise InvalidTransactionDataError(f"The {name} of a consent is a short text.")


TYPES: Final[dict[str, Callable[[Mapping[str, Any]], Content]]] = {
    PAYMENT: _payment,
    DATA_ACCESS: _data_access,
}


def create_transaction_data(content: Content) -> str:
    """The string that travels in `transaction_data`."""
    return base64url.encode(jcs.canonicalize(content.to_json()))


def parse_transaction_data(entries: Any, *, query: DcqlQuery) -> tuple[TransactionData, ...]:
    """Read the `transaction_data` of a request against its query; all of it is understood, or none."""
    if not isinstance(entries, list) or not 0 < len(entries) <= MAX_ENTRIES:
        raise InvalidTransactionDataError("transaction_data is a non-empty array.")
    return tuple(_entry(entry, query) for entry in entries)


def hash_transaction_data(encoded: str, *, algorithm: str = "sha-256") -> str:
    """The base64url hash of an entry as received, without decoding it first (B.3.3.1)."""
    if algorithm not in HASH_ALGORITHMS:
        raise InvalidTransactionDataError(f"Transaction data is hashed with {', '.join(HASH_ALGORITHMS)}.")
    return base64url.encode(HASH_ALGORITHMS[algorithm](encoded.encode("ascii")).digest())


def for_credential(entries: Sequence[TransactionData], identifier: str) -> tuple[str, ...]:
    """The encoded entries that a credential query may authorise, in the request's order."""
    return tuple(entry.encoded for entry in entries if identifier in entry.credential_ids)


def read_transaction_data(encoded: Any) -> TransactionData:
    """One entry by itself, for whoever sees what was signed and not the query that asked for it."""
    try:
        value = strict_json.loads_object(base64url.decode(encoded))
    except MalformedInputError as error:
        raise InvalidTransactionDataError(
            "transaction_data holds base64url texts of JSON objects."
        ) from error
    kind, names = value.get("type"), value.get("credential_ids")
    if not isinstance(kind, str) or kind not in TYPES:
        raise InvalidTransactionDataError(f"Transaction data is of type {', '.join(TYPES)}; this is another.")
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise InvalidTransactionDataError("Transaction data names the credentials that may authorise it.")
    algorithms = value.get("transaction_data_hashes_alg", ["sha-256"])
    if not isinstance(algorithms, list) or "sha-256" not in algorithms:
        raise InvalidTransactionDataError(f"Transaction data is hashed with {', '.join(HASH_ALGORITHMS)}.")
    return TransactionData(encoded, kind, tuple(names), TYPES[kind](value))


def _entry(encoded: Any, query: DcqlQuery) -> TransactionData:
    entry = read_transaction_data(encoded)
    for name in entry.credential_ids:
        try:
            asked = query.credential(name)
        except InvalidRequestError as error:
            raise InvalidTransactionDataError("Transaction data names a credential not asked for.") from error
        if not asked.require_cryptographic_holder_binding:
            raise InvalidTransactionDataError(
                "Only a credential bound to its holder authorises a transaction."
            )
    return entry
