"""The provider's list of who may issue what, as the procedure wants it."""

from common.trust import TrustedIssuer, TrustList
from verifier import models


def trust_list() -> TrustList:
    """All rows, one entry an issuer."""
    types: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for row in models.TrustedIssuer.objects.all():
        types.setdefault(row.issuer, set()).add(row.type)
        names.setdefault(row.issuer, row.name)
    return TrustList(
        issuers=tuple(
            TrustedIssuer(issuer, frozenset(known), names[issuer]) for issuer, known in types.items()
        )
    )
