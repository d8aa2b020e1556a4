"""The whole way of a wallet through the endpoints, for both formats, and every way in which it is refused."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from common.adapters.sources import sources
from common.did import did_key
from common.formats import FORMATS
from common.keys import PrivateKey, jwk
from issuer.models import Configuration, IssuedCredential, Session
from tests.issuer.protocol import TinyWallet, make_farmers, offer_now

pytestmark = pytest.mark.django_db
EDWARDS = PrivateKey("Ed25519", bytes(31) + b"\x0a")


@pytest.fixture
def farmer() -> Configuration:
    return make_farmers()


@pytest.fixture
def wallet(farmer, ana) -> TinyWallet:
    return TinyWallet(farmer.authority, ana, Client())


@pytest.fixture
def token(farmer, wallet) -> str:
    return wallet.token(offer_now(farmer)).json()["access_token"]


@pytest.mark.parametrize(
    ("key", "binding"),
    [
        (EDWARDS, "did:key"),
        (EDWARDS, "did:jwk"),
        (EDWARDS, "jwk"),
        (PrivateKey("P-256", bytes(31) + b"\x0a"), "jwk"),
        (PrivateKey("P-256", bytes(31) + b"\x0a"), "did:key"),
    ],
)
@pytest.mark.parametrize("format_", ["ldp_vc", "dc+sd-jwt"])
def test_issues_to_a_key(farmer, wallet, token, key, binding, format_):
    wallet.key = key
    response = wallet.request(token, f"farmer.{format_}", wallet.proof(wallet.nonce(), binding=binding))
    assert response.status_code == 200, response.content
    assert response.headers["Cache-Control"] == "no-store"
    [entry] = response.json()["credentials"]
    verified = FORMATS[format_].verify_credential(
        entry["credential"], sources=sources(), now=datetime.now(UTC)
    )
    assert verified.claims["family_name"] == "Quispe Ñahui 1"
    [row] = IssuedCredential.objects.all()
    assert row.holder_thumbprint == jwk.thumbprint(key.public_key)
    assert {reference.index for reference in verified.status} == {row.status_index}
    assert {reference.uri for reference in verified.status} == {
        row.status_list.uri(purpose) for purpose in row.status_list.purposes
    }
    if format_ == "ldp_vc":
        assert verified.issuer == farmer.authority.did
        assert verified.subject == row.holder_did
        assert binding == "did:jwk" or row.holder_did == did_key.encode(key.public_key)
        assert verified.id == row.urn
    else:
        assert verified.issuer == farmer.authority.identifier
        assert verified.holder_key == key.public_key
    assert Session.objects.get().state == "issued"
