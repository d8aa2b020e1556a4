"""A registry that issues, Ana who holds, and what they agree upon."""

from datetime import timedelta
from typing import Any

import pytest

from common.did import did_key
from common.formats.base import Binding, Holder
from common.keys import PrivateKey
from common.rdf.contexts import type_context
from common.vcdm.credential import Credential, StatusReference
from tests.common.formats.fakes import StaticSources, method
from tests.conftest import NOW

ISSUER = "did:web:registry.example:issuers:farmer-registry"
TYPE = "https://registry.example/issuers/farmer-registry/types/FarmerCredential"
LISTS = "https://registry.example/issuers/farmer-registry/status"
CONTEXT = type_context(
    type_url=TYPE,
    type_name="FarmerCredential",
    terms={
        "givenName": "https://schema.org/givenName",
        "birthDate": {"iri": "https://schema.org/birthDate", "datatype": "date"},
        "farmerId": None,
        "parcels": {"terms": {"area": {"datatype": "decimal"}, "crop": None}},
    },
)
CREDENTIAL = Credential(
    id="urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    issuer=ISSUER,
    issuer_name="Farmer Registry",
    type="FarmerCredential",
    vct=TYPE,
    name="Farmer",
    claims={
        "givenName": "Ana",
        "birthDate": "1990-05-25",
        "farmerId": "F-0001",
        "parcels": [{"area": "1.5", "crop": "maíz"}, {"area": "0.25", "crop": "oca"}],
    },
    valid_from=NOW,
    valid_until=NOW + timedelta(days=365),
    context=(TYPE,),
    schema={"id": f"{TYPE}/schema", "type": "JsonSchema"},
    status=(
        StatusReference("BitstringStatusListEntry", f"{LISTS}/1", 42, "revocation"),
        StatusReference("BitstringStatusListEntry", f"{LISTS}/2", 131_071, "suspension"),
    ),
)
# As statements say them: what is not a list in RDF has an order of its own.
READ = {**CREDENTIAL.claims, "parcels": CREDENTIAL.claims["parcels"][::-1]}
BINDING = Binding(audience="x509_san_dns:clinic.example", nonce="n-0S6_WzA2Mj")


def held(key: PrivateKey) -> PrivateKey:
    """A holder's key under its did:key."""
    return key.named(did_key.key_method(key.public_key))


def holder(key: PrivateKey) -> Holder:
    return Holder(key.public_key, did_key.encode(key.public_key))


def no_salt() -> str:
    raise AssertionError("ldp_vc needs no salt")


@pytest.fixture
def issuer_key() -> PrivateKey:
    return PrivateKey("Ed25519", b"\x01" * 32, f"{ISSUER}#key-1")


@pytest.fixture
def sources(issuer_key: PrivateKey) -> StaticSources:
    other = PrivateKey("Ed25519", b"\x02" * 32, "did:web:mallory.example#key-1")
    reading = PrivateKey("Ed25519", b"\x03" * 32, f"{ISSUER}#reading")
    return StaticSources(
        methods={
            issuer_key.key_id: method(issuer_key.key_id, issuer_key.public_key),
            other.key_id: method(other.key_id, other.public_key),
            reading.key_id: method(reading.key_id, reading.public_key, "authentication"),
        },
        published={ISSUER: {TYPE: CONTEXT}},
    )


@pytest.fixture
def secured(issuer_key: PrivateKey, sources: StaticSources, ana: PrivateKey) -> dict[str, Any]:
    """Ana's credential."""
    from common.formats import FORMATS

    issued = FORMATS["ldp_vc"].issue(
        CREDENTIAL, signer=issuer_key, holder=holder(ana), sources=sources, now=NOW, salt=no_salt
    )
    assert isinstance(issued, dict)
    return issued
