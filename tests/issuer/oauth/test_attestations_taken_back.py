"""Wallets and keys that their provider took back, and lists that nobody can believe."""

import base64
from time import time
from typing import Any

import pytest

from common.adapters.network import http
from common.keys import PrivateKey, jws
from common.oid4vp.transport import Reply
from common.status.bits import pack
from common.status.token import encode_list
from tests.issuer.attesting import (
    INSTANCE,
    LEAF,
    Provider,
    ask,
    farmer,
    provider,
    push,
    refusal,
    signed_wallet,
    token,
    wallet,
)
from tests.issuer.haip import CodeWallet

__all__ = ["farmer", "provider", "token", "wallet"]  # fixtures
pytestmark = pytest.mark.django_db
LIST = "https://provider.example/status/1"


def publish(
    monkeypatch: pytest.MonkeyPatch,
    provider: Provider,
    *values: int,
    signer: PrivateKey = LEAF,
    chain: bytes | None = None,
    uri: str = LIST,
    **claims: Any,
) -> None:
    """The provider's list, at its address, as the network brings it."""
    statuses = pack(dict(enumerate(values)), length=131_072, bits=2, order="least")
    body = {"sub": uri, "iat": int(time()) - 5, "ttl": 60, "status_list": encode_list(statuses)}
    header = {"typ": "statuslist+jwt", "x5c": [base64.b64encode(chain or provider.leaf).decode()]}
    text = jws.sign(header, {**body, **claims}, signer=signer)

    def carry(method: str, url: str, headers: dict[str, str], body: None) -> Reply:
        assert url == LIST
        return http.HttpReply(200, text.encode(), {"content-type": "application/statuslist+jwt"})

    monkeypatch.setattr(http, "transport", carry)


def status_of(index: int) -> dict[str, Any]:
    return {"status_list": {"idx": index, "uri": LIST}}


def test_wallets_that_a_provider_took_back(
    wallet: CodeWallet, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(monkeypatch, provider, 0, 1, 2)
    assert push(wallet, signed_wallet(provider, status=status_of(0))).status_code == 201
    for index in (1, 2):
        refused = push(wallet, signed_wallet(provider, status=status_of(index)))
        assert refusal(refused) == (400, "invalid_client_attestation")
        assert "taken an attestation back" in refused.json()["error_description"]


def test_where_nobody_can_say_whether_an_attestation_stands(
    wallet: CodeWallet, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = Provider(PrivateKey("P-256", bytes(31) + b"\x66"))
    ways: list[dict[str, Any]] = [
        {"chain": stranger.leaf},
        {"signer": INSTANCE},
        {"uri": "https://provider.example/status/2"},
        {"iss": "https://another.example"},
        {"exp": int(time()) - 1},
    ]
    for way in (None, *ways):
        if way is not None:
            publish(monkeypatch, provider, 0, **way)
        refused = push(wallet, signed_wallet(provider, status=status_of(0)))
        assert refusal(refused) == (400, "invalid_client_attestation"), way
        assert "Nobody can say" in refused.json()["error_description"]
    unknown: Any
    for unknown in ({}, {"other": {}}, {"status_list": {"idx": -1, "uri": LIST}}, "x", {"status_list": 7}):
        refused = push(wallet, signed_wallet(provider, status=unknown))
        assert refusal(refused) == (400, "invalid_client_attestation"), unknown


def test_keys_that_a_provider_took_back(
    wallet: CodeWallet, token: str, provider: Provider, monkeypatch: pytest.MonkeyPatch, ana: PrivateKey
) -> None:
    publish(monkeypatch, provider, 0, 1)
    for index, expected in ((1, 400), (0, 200)):
        parsed = jws.parse(provider.keys(ana, nonce=wallet.nonce()))
        claims = {**parsed.claims(), "status": status_of(index)}
        answer = ask(wallet, token, "attestation", jws.sign(parsed.header, claims, signer=LEAF))
        assert answer.status_code == expected, answer.content
        assert expected == 200 or answer.json()["error"] == "invalid_proof"
