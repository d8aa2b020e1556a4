"""This wallet as one office knows it: a key that no other office sees, for which the provider vouches."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from common.encoding import base64url
from common.keys import PrivateKey
from common.keys.private_key import generate
from common.oid4vci.authorization_server import ATTESTED, AuthorizationServerMetadata
from common.oid4vci.wallet_attestation import HEADER, POP_HEADER, create_attestation_pop
from wallet.attestation import provider


@dataclass(slots=True)
class WalletInstance:
    """The key, and the challenge that the office's server gave last.

    `vouched` ends where the server does not know our provider and takes wallets without.
    """

    key: PrivateKey = field(repr=False)
    challenge: str | None = None
    vouched: bool = True

    def headers(self, server: str, *, now: datetime) -> dict[str, str]:
        """Who asks, for one request to `server` (attestation-based client authentication, -11 §4, §5.1)."""
        proof = create_attestation_pop(
            client_id=provider.wallet_client_id(),
            audience=server,
            jti=secrets.token_urlsafe(16),
            challenge=self.challenge,
            signer=self.key,
            now=now,
        )
        return {HEADER: provider.attest_wallet(self.key.public_key, now=now), POP_HEADER: proof}


def create_instance(server: AuthorizationServerMetadata) -> WalletInstance | None:
    """A wallet for this server alone, where it asks for a provider's word at all."""
    return WalletInstance(generate("P-256")) if ATTESTED in server.client_authentication else None


def dump_instance(instance: WalletInstance | None) -> dict[str, Any] | None:
    """An instance as it lies sealed in a row."""
    if instance is None:
        return None
    secret = base64url.encode(instance.key.secret)
    return {"secret": secret, "challenge": instance.challenge, "vouched": instance.vouched}


def load_instance(value: Mapping[str, Any] | None) -> WalletInstance | None:
    """The instance that was sealed."""
    if value is None:
        return None
    key = PrivateKey("P-256", base64url.decode(value["secret"]))
    return WalletInstance(key, value["challenge"], value["vouched"])
