"""What the proof of a presentation says of the request that it answers, and of its own time (VC-DI §2.1)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from common.errors import MalformedInputError
from common.formats.base import Binding, BindingMismatchError, Declared
from common.rdf.terms import TRANSACTION_DATA_HASHES
from common.vcdm import times, validation

MAX_AGE: Final = timedelta(minutes=5)  # between signing a presentation and its arrival


def declared_in(document: Mapping[str, Any]) -> Declared:
    """The credentials and the binding in a presentation with one proof; nothing of it is believed yet."""
    within, proof = document.get("verifiableCredential", []), document.get("proof")
    credentials = within if isinstance(within, list) else [within]
    if isinstance(proof, list) and len(proof) == 1:
        proof = proof[0]
    if not isinstance(proof, Mapping) or not credentials:
        raise MalformedInputError("This presentation holds no credential, or not one proof.")
    domain, challenge, created = proof.get("domain"), proof.get("challenge"), proof.get("created")
    if not all(isinstance(value, str) for value in (domain, challenge, created)):
        raise MalformedInputError("The holder's proof says not when, for whom or for which request.")
    try:
        made = datetime.fromisoformat(str(created))
    except ValueError as error:
        raise MalformedInputError("The holder's proof says no time.") from error
    binding = None if TRANSACTION_DATA_HASHES in document else Binding(str(domain), str(challenge))
    return Declared(tuple(credentials), binding, made.astimezone(UTC))


def require_recent(presentation: Mapping[str, Any], *, now: datetime) -> None:
    """Raise unless each proof of a verified presentation was made just now, as a Key Binding JWT must be."""
    for proof in validation.entries(presentation, "proof"):
        created = proof.get("created")
        if not isinstance(created, str) or times.parse(created) < now - MAX_AGE:
            raise BindingMismatchError("This presentation was made at another time.")
