"""The provider's list of who may issue what, as the procedure wants it."""

from django.conf import settings

from common.trust import TrustList, TrustListEntry
from verifier import models
from verifier.models.service import THIS_HOUSE


def trust_list() -> TrustList:
    """All rows, one entry an issuer; the line for this site stands for every authority of it."""
    types: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    houses = []
    for row in models.TrustedIssuer.objects.all():
        if row.issuer == THIS_HOUSE:
            houses.append(f"{settings.BASE_URL}/issuers")
            continue
        types.setdefault(row.issuer, set()).add(row.type)
        names.setdefault(row.issuer, row.name)
    issuers = (TrustListEntry(issuer, frozenset(known), names[issuer]) for issuer, known in types.items())
    return TrustList(issuers=tuple(issuers), houses=tuple(houses))
