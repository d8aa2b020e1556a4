"""Which keys a credential request shows, by the type of its proofs (OpenID4VCI 1.0 Appendix F)."""

from collections.abc import Callable, Mapping
from datetime import datetime

from common.adapters.documents.sources import sources
from common.oid4vci.credential import CredentialRequest
from common.oid4vci.errors import InvalidProofError
from common.oid4vci.key_proof import KeyProof, verify_attested_keys, verify_key_proofs
from common.oid4vci.presentation_proof import verify_presentation_proofs
from issuer.models import Authority
from issuer.oauth.clients import key_policy


def proven_keys(
    authority: Authority, request: CredentialRequest, *, check_nonce: Callable[[str], None], now: datetime
) -> tuple[KeyProof, ...]:
    """The keys to which credentials are to be bound, shown or vouched for; `check_nonce` sees each nonce."""
    policy, audience = key_policy(authority, now=now), authority.identifier
    tokens = [proof for proof in request.proofs if isinstance(proof, str)]
    if request.proof_type == "attestation":
        return verify_attested_keys(tokens[0], check_nonce=check_nonce, now=now, policy=policy)
    if request.proof_type == "jwt":
        return verify_key_proofs(tokens, audience=audience, check_nonce=check_nonce, now=now, policy=policy)
    if policy.required is not None:
        raise InvalidProofError("Keys need an attestation here, for which a presentation has no place.")
    presentations = [proof for proof in request.proofs if isinstance(proof, Mapping)]
    return verify_presentation_proofs(
        presentations, audience=audience, check_nonce=check_nonce, sources=sources(), now=now
    )
