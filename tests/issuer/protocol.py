"""A wallet of few lines: it walks through the endpoints as the specification says, and knows no shortcuts."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from common.keys import PrivateKey
from common.oid4vci.credential import CredentialRequest, create_credential_request
from common.oid4vci.key_proof import create_key_proof
from common.oid4vci.offer import PRE_AUTHORIZED
from issuer.authorities.identity import create_authority
from issuer.configurations.types import create_configuration
from issuer.issuance.offers import CreatedOffer, offer_credential
from issuer.models import Authority, Configuration, Record, Registry

COLUMNS = ("farmer_id", "given_name", "family_name", "national_id", "date_of_birth", "crop")
FORM = "application/x-www-form-urlencoded"


def make_farmers(slug: str = "farmer-registry", *, count: int = 3, name: str = "farmer") -> Configuration:
    """An authority with a registry of `count` farmers and a credential type on it."""
    authority = create_authority(slug, "Farmer Registry")
    registry = Registry.objects.create(
        slug=slug,
        title="Farmers",
        authority=authority,
        key_column="farmer_id",
        columns=[{"name": column, "label": column, "type": "string"} for column in COLUMNS],
    )
    Record.objects.bulk_create(
        Record(registry=registry, key=f"F-{number:04}", data=_farmer(number), digest=str(number))
        for number in range(1, count + 1)
    )
    return create_configuration(registry, type="FarmerCredential", name=name)


def _farmer(number: int) -> dict[str, Any]:
    return {
        "farmer_id": f"F-{number:04}",
        "given_name": "Ana",
        "family_name": f"Quispe Ñahui {number}",
        "national_id": f"4017{number:04}",
        "date_of_birth": "1990-05-25",
        "crop": "quinoa",
    }


@dataclass
class TinyWallet:
    """One key, one client, one authority."""

    authority: Authority
    key: PrivateKey
    client: Client

    def url(self, path: str) -> str:
        return f"/issuers/{self.authority.slug}/{path}"

    def token(self, offer: CreatedOffer, **fields: str | None) -> Any:
        grant = offer.document["grants"][PRE_AUTHORIZED]
        form = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": grant["pre-authorized_code"], **fields}
        return self.client.post(self.url("token"), urlencode(form), content_type=FORM)

    def nonce(self) -> str:
        found: str = self.client.post(self.url("nonce")).json()["c_nonce"]
        return found

    def proof(self, nonce: str | None, **overrides: Any) -> str:
        arguments = {"audience": self.authority.identifier, "signer": self.key, "now": datetime.now(UTC)}
        return create_key_proof(nonce=nonce, **{**arguments, **overrides})

    def credential(self, token: str, body: Any, **headers: str) -> Any:
        return self.client.post(
            self.url("credential"),
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}", **headers},
        )

    def request(self, token: str, configuration_id: str, *proofs: str) -> Any:
        asked = CredentialRequest(proofs, configuration_id)
        return self.credential(token, create_credential_request(asked))

    def notify(self, token: str, body: Any) -> Any:
        return self.client.post(
            self.url("notification"),
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )


def offer_now(configuration: Configuration, record_key: str = "F-0001", **options: Any) -> CreatedOffer:
    return offer_credential(configuration, record_key, now=options.pop("now", datetime.now(UTC)), **options)
