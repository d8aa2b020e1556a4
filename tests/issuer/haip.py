"""A wallet that knows DPoP, pushed requests and PKCE; and a person with a browser."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client

from common.keys import PrivateKey
from common.keys.dpop import create_dpop_proof
from common.oid4vci.authorization import (
    IssuanceAuthorizationRequest,
    authorization_url,
    create_code_challenge,
    create_issuance_authorization_request,
)
from common.oid4vci.token import CodeRequest, create_token_request
from issuer.oauth.access_codes import give_access_code
from tests.issuer.protocol import FORM, TinyWallet

REDIRECT = "https://wallet.example/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, Appendix B


@dataclass
class CodeWallet(TinyWallet):
    """One more key, for DPoP, and the last nonce that the server gave."""

    dpop_key: PrivateKey = field(default_factory=lambda: PrivateKey("P-256", bytes(31) + b"\x0d"))
    client_id: str = "wallet-of-ana"
    dpop_nonce: str | None = None

    def dpop(self, path: str, token: str | None = None, **overrides: Any) -> str:
        arguments = {
            "method": "POST",
            "url": f"{self.authority.identifier}/{path}",
            "access_token": token,
            "jti": secrets.token_urlsafe(8),
            "signer": self.dpop_key,
            "nonce": self.dpop_nonce,
            "now": datetime.now(UTC),
        }
        return create_dpop_proof(**{**arguments, **overrides})

    def fresh_nonce(self) -> str:
        """The DPoP nonce that the nonce endpoint gives beside its own."""
        self.dpop_nonce = self.client.post(self.url("nonce")).headers["DPoP-Nonce"]
        return self.dpop_nonce

    def form(self, path: str, fields: dict[str, str], proof: str | None = None, **headers: str) -> Any:
        sent = {**headers, **({"DPoP": proof} if proof else {})}
        return self.client.post(self.url(path), urlencode(fields), content_type=FORM, headers=sent)

    def asked(self, **overrides: Any) -> IssuanceAuthorizationRequest:
        arguments = {
            "client_id": self.client_id,
            "redirect_uri": REDIRECT,
            "code_challenge": create_code_challenge(VERIFIER),
            "scopes": ("farmer.dc+sd-jwt",),
            "state": "state-1",
        }
        return IssuanceAuthorizationRequest(**{**arguments, **overrides})

    def push(self, proof: str | None = None, **overrides: Any) -> Any:
        return self.form("par", create_issuance_authorization_request(self.asked(**overrides)), proof)

    def code_request(self, code: str, **overrides: Any) -> CodeRequest:
        arguments = {"code_verifier": VERIFIER, "redirect_uri": REDIRECT, "client_id": self.client_id}
        return CodeRequest(code=code, **{**arguments, **overrides})

    def redeem(self, code: str, proof: str | None = None, **overrides: Any) -> Any:
        return self.form("token", create_token_request(self.code_request(code, **overrides)), proof)

    def bound(self, path: str, token: str, body: Any, proof: str | None = None) -> Any:
        """A request to a protected endpoint with a token that is bound to our key."""
        shown = self.dpop(path, token) if proof is None else proof
        return self.client.post(
            self.url(path), body, content_type="application/json",
            headers={"Authorization": f"DPoP {token}", "DPoP": shown},
        )  # fmt: skip


@dataclass
class Person:
    """Somebody with a browser and an access code."""

    wallet: CodeWallet
    access_code: str
    browser: Client = field(default_factory=Client)

    def page(self, request_uri: str, client_id: str | None = None) -> str:
        identifier = self.wallet.authority.identifier
        url = authorization_url(
            f"{identifier}/authorize", client_id=client_id or self.wallet.client_id, request_uri=request_uri
        )
        return urlsplit(url)._replace(scheme="", netloc="").geturl()

    def sign_in(self, request_uri: str, code: str | None = None) -> Any:
        return self.browser.post(self.page(request_uri), {"code": self.access_code if code is None else code})

    def decide(self, request_uri: str, decision: str = "yes") -> Any:
        return self.browser.post(self.page(request_uri), {"decision": decision})

    def walk(self, request_uri: str, decision: str = "yes") -> dict[str, str]:
        """Sign in, answer, and what the browser brings back to the wallet."""
        assert self.sign_in(request_uri).status_code == 302
        answer = self.decide(request_uri, decision)
        assert answer.status_code == 303, answer.content
        location = answer.headers["Location"]
        assert location.startswith(f"{REDIRECT}?")
        return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def person_of(wallet: CodeWallet, registry: Any, record_key: str = "F-0001") -> Person:
    code = give_access_code(registry, record_key, given_by="officer", now=datetime.now(UTC))
    return Person(wallet, code)
