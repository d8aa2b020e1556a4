"""Related resources and schemas of credentials through the one door, kept for a while."""

import hashlib
from functools import partial
from typing import Final

from django.core.cache import caches
from django.utils import timezone

from common.adapters.fetch import fetch
from common.adapters.sources import sources
from common.adapters.vc_api import RECOMMENDATION
from common.did import Fetched
from common.formats.base import VerifiedCredential
from common.rdf.contexts import CREDENTIALS_V2
from common.vcdm.related import OtherResource
from common.vcdm.schemas import SchemaMismatch
from common.verification import references

SECONDS: Final = 300
KNOWN: Final = {CREDENTIALS_V2: RECOMMENDATION}


def check_references(credential: VerifiedCredential) -> None:
    """`common.verification.procedure.ReferencesOf` of this process."""
    check = partial(
        references.check_references,
        credential.document,
        written=credential.written,
        known=KNOWN,
        sources=sources(),
        now=timezone.now(),
        whole=not credential.partial,
    )
    try:
        check(fetch=_kept)
    except (OtherResource, SchemaMismatch):  # perhaps of what is newer than what was kept
        check(fetch=_anew)


def _kept(url: str, *, accept: str = "application/json") -> Fetched:
    found: Fetched | None = caches["documents"].get(_key(url, accept))
    return found if found is not None else _anew(url, accept=accept)


def _anew(url: str, *, accept: str = "application/json") -> Fetched:
    found = fetch(url, accept=accept)
    caches["documents"].set(_key(url, accept), found, SECONDS)
    return found


def _key(url: str, accept: str) -> str:
    return f"reference:{hashlib.sha256(f'{accept} {url}'.encode()).hexdigest()}"
