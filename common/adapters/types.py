"""Types of SD-JWT VCs through the one door, kept for a while (SD-JWT VC §5.3.4)."""

import hashlib
from typing import Final

from django.core.cache import caches

from common.adapters.fetch import fetch
from common.did import Fetched
from common.errors import SelloError
from common.formats.base import VerifiedCredential
from common.formats.type_resolution import CredentialType, check_claims, resolve_type
from common.oid4vp.matching import Matchable

SECONDS: Final = 300


def credential_type(credential: Matchable) -> CredentialType:
    """What the type of a verified `dc+sd-jwt` says; `FetchFailed` where nobody can be asked."""
    return resolve_type(credential.types[0], integrity=credential.document.get("vct#integrity"), fetch=_fetch)


def named(vct: str) -> CredentialType:
    """What a type says of itself, that nobody has a credential of; errors as for `credential_type`."""
    return resolve_type(vct, fetch=_fetch)


def ancestors(credential: Matchable) -> tuple[str, ...]:
    """The types that a verified credential's type extends, as far as they can be found out.

    None where its claims, as far as they are shown, are not as its type says (SD-JWT VC §5.7).
    """
    if credential.format != "dc+sd-jwt":
        return ()
    try:
        found = credential_type(credential)
        if isinstance(credential, VerifiedCredential):
            check_claims(found, credential.document, disclosed=credential.disclosed, whole=False)
        return found.ancestors
    except SelloError:
        return ()


def _fetch(url: str, *, accept: str = "application/json") -> Fetched:
    key = f"type:{hashlib.sha256(url.encode()).hexdigest()}"
    found: Fetched | None = caches["documents"].get(key)
    if found is None:
        found = fetch(url, accept=accept)
        caches["documents"].set(key, found, SECONDS)
    return found
