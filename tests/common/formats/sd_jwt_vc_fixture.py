"""A farmer's SD-JWT VC by a registry: issued, shown, and signed again with other contents."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from common.did import did_key
from common.formats import FORMATS
from common.formats.base import (
    Binding,
    Holder,
)
from common.formats.sd_jwt import compact
from common.formats.sd_jwt.compact import SDJWT
from common.keys import PrivateKey, jws
from common.vcdm.credential import Credential, StatusReference
from tests.common.formats.fakes import StaticSources, method
from tests.common.formats.sd_jwt.salts import salts
from tests.conftest import NOW

REGISTRY = "did:web:registry.example"


ISSUER = PrivateKey("P-256", bytes(31) + b"\x01", f"{REGISTRY}#p256-1")


EDDSA = PrivateKey("Ed25519", bytes(31) + b"\x01", f"{REGISTRY}#ed25519-1")


SOURCES = StaticSources({key.key_id: method(key.key_id, key.public_key) for key in (ISSUER, EDDSA)})


BINDING = Binding("x509_san_dns:clinic.example", "nonce-1")


FORMAT = FORMATS["dc+sd-jwt"]


STATUS = StatusReference("TokenStatusList", "https://registry.example/status/1", 412)


FARMER = Credential(
    id="urn:uuid:1",
    issuer=REGISTRY,
    type="FarmerCredential",
    vct="https://registry.example/types/farmer",
    claims={"given_name": "Ana", "district": "Pisac", "parcels": [{"crop": "maize"}, {"crop": "potato"}]},
    valid_from=NOW,
    valid_until=NOW + timedelta(days=365),
    status=(STATUS,),
    disclosable=(("given_name",), ("parcels",), ("parcels", None)),
)


def issue(credential: Credential = FARMER, *, holder: PrivateKey | None, signer: PrivateKey = ISSUER) -> str:
    bound = Holder(holder.public_key, did_key.encode(holder.public_key)) if holder else None
    text = FORMAT.issue(credential, signer=signer, holder=bound, sources=SOURCES, now=NOW, salt=salts())
    assert isinstance(text, str)
    return text


def present(secured: str, holder: PrivateKey, *paths: Any, binding: Binding = BINDING) -> str:
    text = FORMAT.present(secured, disclose=paths, binding=binding, signer=holder, sources=SOURCES, now=NOW)
    assert isinstance(text, str)
    return text


def resigned(
    secured: str, change: Callable[[dict[str, Any]], object], *, header: dict[str, Any] | None = None
) -> str:
    """The credential with its payload changed, signed by its issuer again."""
    token = compact.parse(secured)
    parsed = jws.parse(token.jwt)
    claims = parsed.claims()
    change(claims)
    signed = jws.sign({**parsed.header, **(header or {})}, claims, signer=ISSUER)
    return SDJWT(signed, token.disclosures).serialize()


def with_members(**members: Any) -> Callable[[dict[str, Any]], None]:
    def change(claims: dict[str, Any]) -> None:
        for name, value in members.items():
            claims.pop(name, None) if value is None else claims.update({name: value})

    return change
