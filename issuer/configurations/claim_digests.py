"""What a credential said, in digests that nobody can read back: enough to see that its record says otherwise.

Each is keyed by the secret that a house keeps as long as its keys (with another, everything would seem to
have changed) and by the credential, so that equal values have different digests.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from common.encoding import base64url, jcs
from issuer.models import Configuration, IssuedCredential

SIZE: Final = 6  # bytes: a change goes unseen once in 280 million million


def claim_digests(id: UUID, claims: Mapping[str, Any]) -> dict[str, str]:
    """A digest of each claim, as `IssuedCredential.said` keeps it."""
    secret = base64url.decode(settings.KEY_ENCRYPTION_KEY)
    key = hashlib.blake2b(id.bytes, key=secret, person=b"sello-said").digest()
    return {name: _digest(value, key=key) for name, value in claims.items()}


def outdated_columns(
    configuration: Configuration, credential: IssuedCredential, claims: Mapping[str, Any]
) -> frozenset[str]:
    """The columns of which the credential says something else than `claims` do.

    Empty where nobody noted what it said.
    """
    if not credential.said:
        return frozenset()
    now = claim_digests(credential.id, claims)
    return frozenset(
        claim.column
        for claim in configuration.claim_list()
        if now.get(claim.name) != credential.said.get(claim.name)
    )


def _digest(value: Any, *, key: bytes) -> str:
    return base64url.encode(hashlib.blake2b(jcs.canonicalize(value), key=key, digest_size=SIZE).digest())
