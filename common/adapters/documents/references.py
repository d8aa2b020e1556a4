"""Related resources and schemas of credentials through the one door, kept for a while."""

from functools import partial
from typing import Final

from django.utils import timezone

from common.adapters.documents import document_cache
from common.adapters.documents.sources import sources
from common.formats.base import VerifiedCredential
from common.rdf.contexts import CREDENTIALS_V2
from common.vcdm.base_context import RECOMMENDATION
from common.vcdm.related_resources import ResourceMismatchError
from common.vcdm.schemas import SchemaMismatchError
from common.verification import references

KNOWN: Final = {CREDENTIALS_V2: RECOMMENDATION}


def check_credential_references(credential: VerifiedCredential) -> None:
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
        check(fetch=document_cache.kept)
    except (ResourceMismatchError, SchemaMismatchError):  # perhaps of what is newer than what was kept
        check(fetch=document_cache.newer)
