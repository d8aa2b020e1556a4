"""Which wallet speaks at an OAuth endpoint: one that says so, or one for which a provider vouches."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from django.conf import settings

from common.adapters import pem
from common.oid4vci.attestation import verify_wallet_attestation
from common.oid4vci.errors import InvalidClient, InvalidClientAttestation
from common.oid4vci.key_proof import AttestationPolicy
from issuer.models import Authority
from issuer.services import spent

MAX_ID: Final = 500
REMEMBERED: Final = timedelta(minutes=15)  # longer than a proof could be used again
BATCH_SIZE: Final = 10


@dataclass(frozen=True, slots=True)
class Client:
    """A wallet: its identifier ("" for an anonymous one); attested name and key, "" where nobody vouches."""

    id: str = ""
    name: str = ""
    thumbprint: str = ""


def providers() -> tuple[x509.Certificate, ...]:
    """Who may vouch for wallets and their keys: `settings.WALLET_PROVIDER_CA_FILE`."""
    return pem.certificates(settings.WALLET_PROVIDER_CA_FILE)


def key_policy(authority: Authority) -> AttestationPolicy:
    """What an authority wants of the keys to which it issues."""
    return AttestationPolicy(providers(), authority.high_assurance, BATCH_SIZE)


def identify(authority: Authority, client_id: str | None) -> Client:
    """The wallet that names itself `client_id`, which nothing proves."""
    if authority.high_assurance:
        raise InvalidClient("This office gives credentials to wallets alone for which a provider vouches.")
    if client_id is not None and (len(client_id) > MAX_ID or "\0" in client_id):
        raise InvalidClient("This client_id is too long.")
    return Client(client_id or "")


def authenticate(
    authority: Authority, attestation: str, pop: str, client_id: str | None, *, now: datetime
) -> Client:
    """The wallet for which a provider vouches; its proof is good once (OpenID4VCI 1.0 Appendix E)."""
    anchors = providers()
    if not anchors:
        raise InvalidClientAttestation("Nobody is trusted to vouch for wallets here.")
    found = verify_wallet_attestation(
        attestation, pop, audience=authority.identifier, anchors=anchors, now=now
    )
    if client_id not in (None, found.client_id):
        raise InvalidClientAttestation("client_id is not the one for which a provider vouches.")
    if not spent.spend(spent.digest(f"wallet {found.thumbprint}"), found.jti, until=now + REMEMBERED):
        raise InvalidClientAttestation("The proof of the wallet attestation was used before.")
    return Client(found.client_id, found.name or found.client_id, found.thumbprint)
