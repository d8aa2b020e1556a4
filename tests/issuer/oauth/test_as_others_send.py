"""Requests to the office's endpoints as other wallets send them."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from common.keys import PrivateKey, jwk
from common.oid4vci.offer import PRE_AUTHORIZED
from issuer.models import Configuration
from tests.common.raw_tokens import raw_token
from tests.issuer.protocol import TinyWallet, make_farmers, offer_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def farmer() -> Configuration:
    return make_farmers()


@pytest.fixture
def wallet(farmer: Configuration, ana: PrivateKey) -> TinyWallet:
    return TinyWallet(farmer.authority, ana, Client())


@pytest.mark.parametrize(
    "media_type",
    ["application/x-www-form-urlencoded; charset=UTF-8", "Application/X-WWW-Form-Urlencoded ;charset=utf-8"],
)
@pytest.mark.parametrize(
    "more", [{}, {"tx_code": "", "user_pin": "", "scope": "x"}, {"resource": "https://x"}]
)
def test_a_token(farmer: Configuration, wallet: TinyWallet, media_type: str, more: dict[str, str]) -> None:
    [code] = offer_now(farmer).document["grants"][PRE_AUTHORIZED].values()
    form = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": code, **more}
    reply = wallet.client.post(wallet.url("token"), urlencode(form), content_type=media_type)
    assert reply.status_code == 200, reply.content


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON"])
@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_a_credential(farmer: Configuration, wallet: TinyWallet, media_type: str, scheme: str) -> None:
    """Nulls, unknown members and numbers with a fraction in the request and in the proof of its key."""
    token = wallet.token(offer_now(farmer)).json()["access_token"]

    def send(path: str, body: dict[str, Any]) -> Any:
        headers = {"Authorization": f"{scheme} {token}"}
        return wallet.client.post(
            wallet.url(path), json.dumps(body), content_type=media_type, headers=headers
        )

    key = {**jwk.encode(wallet.key.public_key), "kid": None, "use": "sig"}
    header = {"alg": "ES256", "typ": "openid4vci-proof+jwt", "jwk": key, "kid": None, "x5c": None}
    said = {"iat": datetime.now(UTC).timestamp(), "nonce": wallet.nonce(), "exp": None, "iss": None}
    proof = raw_token(header, {"aud": wallet.authority.identifier, **said}, wallet.key)
    unsaid = {"credential_response_encryption": None, "credential_identifier": None, "proof": None, "x": 0.5}
    asked = {
        "credential_configuration_id": "farmer.dc+sd-jwt",
        "proofs": {"jwt": [proof], "attestation": None},
    }
    reply = send("credential", asked | unsaid)
    assert reply.status_code == 200, reply.content
    heard = {"notification_id": reply.json()["notification_id"], "event": "credential_accepted"}
    assert send("notification", {**heard, "event_description": None, "x": 1.5}).status_code == 204
