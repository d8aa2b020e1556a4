"""Schemas, types and other documents that credentials name: fetched once and kept, by whoever verifies.

Who publishes them is often who issued the credential, and would otherwise hear of each of its uses. What is
kept is asked for again after a day, or at once where it does not fit what is verified. What this process
publishes itself is never far, nor news to anybody.
"""

import hashlib
from typing import Final

from django.core.cache import caches

from common.adapters.documents.sources import is_own_address
from common.adapters.network.http import fetch
from common.did import Fetched

KEPT: Final = 86_400  # seconds
OWN: Final = 300


def kept(url: str, *, accept: str = "application/json") -> Fetched:
    """The document as it was last fetched, within a day."""
    found: Fetched | None = caches["documents"].get(_key(url, accept))
    return found if found is not None else newer(url, accept=accept)


def newer(url: str, *, accept: str = "application/json") -> Fetched:
    """The document as it is now, which is kept from here on."""
    found = fetch(url, accept=accept)
    caches["documents"].set(_key(url, accept), found, OWN if is_own_address(url) else KEPT)
    return found


def _key(url: str, accept: str) -> str:
    return f"kept:{hashlib.sha256(f'{accept} {url}'.encode()).hexdigest()}"
