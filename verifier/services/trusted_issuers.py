"""The provider's list of trusted issuers, as its staff keep it."""

from django.db.models import QuerySet

from verifier.errors import NotHereError
from verifier.models import TrustedIssuer


def trusted_issuers() -> QuerySet[TrustedIssuer]:
    """Every line of the list."""
    return TrustedIssuer.objects.all()


def add_issuer(issuer: TrustedIssuer) -> None:
    """Put a line on the list."""
    issuer.save()


def remove_issuer(pk: int) -> TrustedIssuer:
    """Take a line off the list, and hand it back; raises `NotHereError` where it is gone already."""
    found = TrustedIssuer.objects.filter(pk=pk).first()
    if found is None:
        raise NotHereError("This issuer is not on the list any more.")
    found.delete()
    return found
