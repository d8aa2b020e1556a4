"""What a registry publishes beside its endpoints: the key that signs, and the places that it knows."""

from datetime import datetime
from typing import Any, Final

from common.adapters.exchange.messages import Party
from common.exchange.envelope import timestamp
from common.keys import jwk
from issuer.registries.connectors import open_registry
from issuer.spdci.served_registry import ServedRegistry

CONTEXT: Final = {
    "@context": "http://spdci.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "schema": "http://schema.org/",
}
MAX_PLACES: Final = 10_000


def partner_key_set(party: Party) -> dict[str, Any]:
    """`jwks.json` (RFC 7517), each key under its thumbprint."""
    public = party.signer.public_key
    written = {**jwk.encode(public), "kid": jwk.thumbprint(public), "use": "sig", "alg": public.algorithm}
    return {"keys": [written]}


def place_locations(served: ServedRegistry, *, now: datetime) -> dict[str, Any]:
    """`locations.json`: the values of the place column; empty where the registry names none."""
    column, names = served.service.place_column, set[str]()
    if column:
        for change in open_registry(served.registry).changes():
            value = change.record.data.get(column) if change.record else None
            if isinstance(value, str) and value:
                names.add(value)
            if len(names) == MAX_PLACES:
                break
    places = [
        {
            "@type": "Place",
            "id": f"{served.registry.slug}:{name}",
            "identifier": [
                {"@type": "PropertyValue", "name": column, "identifier": f"{served.registry.slug}:{name}"}
            ],
            "name": name,
            "additional_type": f"{served.registry.slug}:{column}",
            "contained_in_place": None,
            "containedInPlace": None,
        }
        for name in sorted(names)
    ]
    return {
        "@context": CONTEXT,
        "@type": "LocationHierarchy",
        "last_updated": timestamp(now),
        "locations": places,
    }
