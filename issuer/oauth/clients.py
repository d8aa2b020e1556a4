"""Which wallet speaks at an OAuth endpoint: one that says so, or one for which a provider vouches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from django.conf import settings

from common.adapters.documents import certificate_files
from common.adapters.documents.sources import CachedLists
from common.adapters.network.http import fetch
from common.oid4vci import attestation
from common.oid4vci.attestation import Refusal, StatusEndpoint
from common.oid4vci.errors import (
    InvalidClientAttestationError,
    InvalidClientError,
    InvalidNonceError,
    InvalidProofError,
    UseAttestationChallengeError,
)
from common.oid4vci.key_attestation import Resistance
from common.oid4vci.key_proof import AttestationPolicy
from common.oid4vci.wallet_attestation import (
    WalletAttestation,
    verify_wallet_attestation,
    verify_with_dpop,
)
from issuer.models import Authority
from issuer.single_use import nonces, replay

MAX_ID: Final = 500
PURPOSE: Final = "attestation challenge"
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
    return certificate_files.certificates(settings.WALLET_PROVIDER_CA_FILE)


def key_policy(authority: Authority, *, now: datetime) -> AttestationPolicy:
    """What an authority wants of the keys to which it issues."""

    def check(found: StatusEndpoint) -> None:
        _check_standing(found, InvalidProofError, now=now)

    return AttestationPolicy(providers(), required_of_keys(authority), BATCH_SIZE, check)


def required_of_keys(authority: Authority) -> Resistance | None:
    """What keys must withstand by the word of a provider; None where keys are taken without it."""
    return Resistance(key_storage=tuple(authority.key_storage)) if authority.high_assurance else None


def create_challenge(authority: Authority, *, now: datetime) -> str:
    """What the proof of an attestation is to be made over (attestation-based client authentication §6)."""
    return nonces.create_nonce(authority, purpose=PURPOSE, now=now)


def identify_client(authority: Authority, client_id: str | None) -> Client:
    """The wallet that names itself `client_id`, which nothing proves."""
    if authority.high_assurance:
        raise InvalidClientError(
            "This office gives credentials to wallets alone for which a provider vouches."
        )
    if client_id is not None and (len(client_id) > MAX_ID or "\0" in client_id):
        raise InvalidClientError("This client_id is too long.")
    return Client(client_id or "")


def authenticate_client(
    authority: Authority,
    compact: str,
    pop: str | None,
    client_id: str | None,
    *,
    dpop_proof: str | None,
    now: datetime,
) -> Client:
    """The wallet for which a provider vouches; its proof is good once (OpenID4VCI 1.0 Appendix E).

    Without a proof of its own the request's `dpop_proof` is the one; whoever handles the request checks it.
    """
    anchors = providers()
    if not anchors:
        raise InvalidClientAttestationError("Nobody is trusted to vouch for wallets here.")
    if pop is None and dpop_proof is not None:
        found = verify_with_dpop(compact, dpop_proof, anchors=anchors, now=now)
    else:
        found = _with_proof(authority, compact, pop or "", anchors=anchors, now=now)
    if client_id not in (None, found.client_id):
        raise InvalidClientAttestationError("client_id is not the one for which a provider vouches.")
    if found.jti is not None and not replay.use_once(
        replay.secret_digest(f"wallet {found.thumbprint}"), found.jti, until=now + REMEMBERED
    ):
        raise InvalidClientAttestationError("The proof of the wallet attestation was used before.")
    _check_standing(found.standing, InvalidClientAttestationError, now=now)
    return Client(found.client_id, found.name or found.client_id, found.thumbprint)


def _with_proof(
    authority: Authority, compact: str, pop: str, *, anchors: Sequence[x509.Certificate], now: datetime
) -> WalletAttestation:
    def check_challenge(challenge: str) -> None:
        try:
            nonces.check_nonce(authority, challenge, purpose=PURPOSE, now=now)
        except InvalidNonceError as error:
            raise UseAttestationChallengeError(
                "Make the proof of the wallet attestation over the challenge of this answer."
            ) from error

    return verify_wallet_attestation(
        compact,
        pop,
        audience=authority.identifier,
        anchors=anchors,
        check_challenge=check_challenge,
        now=now,
    )


def _check_standing(found: StatusEndpoint, error: Refusal, *, now: datetime) -> None:
    if found.status:
        attestation.check_attestation_status(
            found, anchors=providers(), fetch=fetch, lists=CachedLists(), now=now, error=error
        )
