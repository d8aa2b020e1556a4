"""What another registry's system said that a credential on offer shall say, until it is fetched."""

from django.db import models

from issuer.models.issuance import Session


class Supplied(models.Model):
    """The terms of one offer that came with the request for it, sealed (issuance/supplied_claims.py)."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="supplied")
    sealed = models.BinaryField()

    class Meta:
        verbose_name_plural = "supplied"

    def __str__(self) -> str:
        return str(self.session_id)
