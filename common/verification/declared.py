"""What a presentation says of itself, for whoever finds one without the request that it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from common.encoding import numeric_date
from common.errors import MalformedInputError
from common.formats.base import Binding, Secured
from common.formats.mdoc import compact as mdoc
from common.formats.mdoc import device_response
from common.formats.sd_jwt import compact
from common.formats.vc_jwt import credentials_in
from common.formats.w3c import jose
from common.keys import jws
from common.rdf.terms import TRANSACTION_DATA_HASHES


@dataclass(frozen=True, slots=True)
class Declared:
    """The credentials within, and the binding that their holder wrote beside them; nothing is believed yet.

    `binding` is None where it cannot be known without the request: hashes do not give back what was hashed.
    `made` is None where nobody wrote it, as in an mdoc.
    """

    credentials: tuple[Secured, ...]
    binding: Binding | None
    made: datetime | None


def parse_declared(presented: Secured) -> Declared:
    """Take a presentation apart: an SD-JWT+KB (RFC 9901 §4.3), a JSON one (VC-DI §2.1), or an mdoc's."""
    if isinstance(presented, Mapping):
        return _json(presented)
    if "~" in presented:
        return _sd_jwt(presented)
    return _token(presented) if "." in presented else _mdoc(presented)


def _token(presented: str) -> Declared:
    """A presentation as a JWT, of either version of the data model (VC-JOSE-COSE §3.1.2)."""
    document, claims = jose.read(presented, kind="vp")
    made = numeric_date.read_datetime(claims, "iat")
    audience, nonce = claims.get("aud"), claims.get("nonce")
    if made is None or not isinstance(audience, str) or not isinstance(nonce, str):
        raise MalformedInputError("The holder's token says not when, for whom or for which request.")
    binding = None if "transaction_data_hashes" in claims else Binding(audience, nonce)
    return Declared(credentials_in(document), binding, made)


def _mdoc(presented: str) -> Declared:
    """A DeviceResponse (ISO/IEC 18013-5 §8.3.2.1.2.2): its device signed a session that does not travel."""
    documents = device_response.parse(mdoc.parse(presented)[1])
    within = (mdoc.serialize(data) for data in device_response.documents_of(documents))
    return Declared(tuple(within), None, None)


def _sd_jwt(presented: str) -> Declared:
    sd_jwt = compact.parse(presented)
    claims = jws.parse(sd_jwt.key_binding or "").claims()
    made = numeric_date.read_datetime(claims, "iat")
    audience, nonce = claims.get("aud"), claims.get("nonce")
    if made is None or not isinstance(audience, str) or not isinstance(nonce, str):
        raise MalformedInputError("The holder's signature says not when, for whom or for which request.")
    binding = None if "transaction_data_hashes" in claims else Binding(audience, nonce)
    return Declared((sd_jwt.without_key_binding(),), binding, made)


def _json(presented: Mapping[str, Any]) -> Declared:
    within, proof = presented.get("verifiableCredential", []), presented.get("proof")
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
    hashed = TRANSACTION_DATA_HASHES in presented
    binding = None if hashed else Binding(str(domain), str(challenge))
    return Declared(tuple(credentials), binding, made.astimezone(UTC))
