"""Whether whoever sealed a card may seal for the office that handed it out.

A credential may name another issuer than the credential issuer's address, a DID above all; the wallet looks
for what binds the two, as OpenID4VCI 1.0 leaves to it. Any of these does:

1. the issuer is that address, or its did:web
2. a root or an authority that was entered by hand vouches for its key: trust says so
3. the office publishes the sealing key among its own (JWT VC Issuer Metadata, SD-JWT VC §4)
4. the DID names the office, or its origin, as a service of its own; and the office handed out what it sealed
5. the office's origin links the DID to itself (Well Known DID Configuration)
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from common.adapters.documents import certificate_files
from common.adapters.documents.sources import resolve_did, sources
from common.adapters.network import http
from common.did import did_web
from common.encoding import strict_json
from common.errors import MalformedInputError, SelloError
from common.formats import FORMATS
from common.formats.base import VerifiedCredential
from common.formats.detect import find_format

WELL_KNOWN: Final = "/.well-known/did-configuration.json"
LINKAGE: Final = "DomainLinkageCredential"
MAX_LINKS: Final = 20  # of one origin, each of which is verified


def is_bound_to_issuer(verified: VerifiedCredential, office: str, *, now: datetime) -> bool:
    """Whether a verified credential's issuer is known to seal for `office`, a credential issuer."""
    if verified.issuer in (office, did_web.encode(office)) or _is_vouched_for(verified):  # 1, 2
        return True
    ways = (
        partial(_publishes_key, verified, office),
        partial(_serves, verified.issuer, office),
        partial(_is_linked, verified.issuer, _origin(office), now=now),
    )
    return verified.issuer.startswith("did:") and any(_holds(way) for way in ways)


def _holds(way: Callable[[], bool]) -> bool:
    try:
        return way()
    except SelloError:
        return False


def _is_vouched_for(verified: VerifiedCredential) -> bool:
    """2: by one of the certificates that whoever runs the wallet entered; an mdoc's may have no address."""
    if FORMATS[verified.format].traits.certified and "://" not in verified.issuer:
        return True
    entered = {
        one.public_bytes(Encoding.DER) for one in certificate_files.certificates(settings.ISSUER_CA_FILE)
    }
    return bool(verified.certificates) and verified.certificates[-1] in entered


def _publishes_key(verified: VerifiedCredential, office: str) -> bool:
    """3: whatever the office's metadata have under the name of that key, or alone, is that very key."""
    key = sources().method(verified.key_id, purpose="assertionMethod").public_key
    for header in ({"kid": verified.key_id}, {"kid": verified.key_id.partition("#")[2]}, {}):
        try:
            found = sources().issuer_key(office, {**header, "alg": key.algorithm})
        except SelloError:
            continue
        if found.public_key == key:
            return True
    return False


def _serves(did: str, office: str) -> bool:
    """4: one of the DID's services lies where the office does."""
    said = resolve_did(did).source.get("service")
    services = said if isinstance(said, list) else [said]
    places = {office, f"{office}/", _origin(office), f"{_origin(office)}/"}
    found = (each.get("serviceEndpoint") for each in services if isinstance(each, Mapping))
    return any(place in places for endpoint in found for place in _places(endpoint))


def _places(endpoint: object) -> Iterator[str]:
    if isinstance(endpoint, str):
        yield endpoint
    elif isinstance(endpoint, list):
        yield from (place for place in endpoint if isinstance(place, str))
    elif isinstance(endpoint, Mapping) and isinstance(endpoint.get("origins"), list):
        yield from (place for place in endpoint["origins"] if isinstance(place, str))


def _is_linked(did: str, origin: str, *, now: datetime) -> bool:
    """5: one of the origin's credentials, by that DID about itself, names this origin."""
    source = strict_json.loads_object(http.fetch(f"{origin}{WELL_KNOWN}").body)
    linked = source.get("linked_dids")
    if not isinstance(linked, list):
        raise MalformedInputError("A DID configuration lists what it links.")
    return any(_holds(partial(_links, one, did, origin, now=now)) for one in linked[:MAX_LINKS])


def _links(linkage: Any, did: str, origin: str, *, now: datetime) -> bool:
    if not isinstance(linkage, str | Mapping) or find_format(linkage)[2] != "credential":
        return False
    format_ = find_format(linkage)[1]
    found = format_.verify_credential(linkage, sources=sources(), now=now)
    named = found.document.get("type", ())
    said = found.claims.get("origin")
    return (
        LINKAGE in ([named] if isinstance(named, str) else named)
        and found.issuer == found.subject == did
        and isinstance(said, str)
        and said.rstrip("/") == origin
    )


def _origin(office: str) -> str:
    parts = urlsplit(office)
    return f"{parts.scheme}://{parts.netloc}"
