"""Access tokens as the wallet keeps them, and the keys to which they are bound (DPoP, RFC 9449)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from common.encoding import base64url
from common.keys import PrivateKey
from common.keys.dpop import create_dpop_proof


@dataclass(slots=True)
class DpopKey:
    """The key to which an issuer's tokens are bound (DPoP), and the nonce that its server gave last."""

    key: PrivateKey = field(repr=False)
    nonce: str | None = None

    def prove(self, method: str, url: str, access_token: str | None, now: datetime) -> str:
        """A proof for one request (RFC 9449 §4.2)."""
        return create_dpop_proof(
            method=method,
            url=url,
            access_token=access_token,
            jti=secrets.token_urlsafe(16),
            signer=self.key,
            now=now,
            nonce=self.nonce,
        )


@dataclass(frozen=True, slots=True)
class GrantedToken:
    """What the token endpoint gave, until when it is good, and the key without which it is worth nothing."""

    value: str = field(repr=False)
    expires_at: datetime
    identifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    key: DpopKey | None = None
    refresh_token: str | None = field(default=None, repr=False)


def dump_dpop_key(key: DpopKey | None) -> dict[str, Any] | None:
    """A key as it lies sealed in a row."""
    if key is None:
        return None
    return {"secret": base64url.encode(key.key.secret), "nonce": key.nonce}


def load_dpop_key(value: Mapping[str, Any] | None) -> DpopKey | None:
    """The key that was sealed."""
    if value is None:
        return None
    return DpopKey(PrivateKey("P-256", base64url.decode(value["secret"])), value["nonce"])


def dump_token(token: GrantedToken | None) -> dict[str, Any] | None:
    """A token as it lies sealed in a row."""
    if token is None:
        return None
    return {
        "value": token.value,
        "expires_at": token.expires_at.isoformat(),
        "identifiers": {name: list(values) for name, values in token.identifiers.items()},
        "key": dump_dpop_key(token.key),
        "refresh_token": token.refresh_token,
    }


def load_token(value: Mapping[str, Any]) -> GrantedToken:
    """The token that was sealed."""
    return GrantedToken(
        value["value"],
        datetime.fromisoformat(value["expires_at"]),
        {name: tuple(values) for name, values in value["identifiers"].items()},
        load_dpop_key(value["key"]),
        value["refresh_token"],
    )
