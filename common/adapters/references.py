"""Related resources and schemas of credentials through the one door, kept for a while."""

from functools import partial
from typing import Final

from django.utils import timezone

from common.adapters import keeping
from common.adapters.sources import sources
from common.adapters.vc_api import RECOMMENDATION
from common.formats.base import VerifiedCredential
from common.rdf.contexts import CREDENTIALS_V2
from common.vcdm.related import OtherResource
from common.vcdm.schemas import SchemaMismatch
from common.verification import references

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
        check(fetch=keeping.kept)
    except (OtherResource, SchemaMismatch):  # perhaps of what is newer than what was kept
        check(fetch=keeping.newer)
