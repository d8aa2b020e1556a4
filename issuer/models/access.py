"""Who may read which attributes of whose record, and who has."""

from django.db import models

from issuer.models.authority import Authority
from issuer.models.registry import Registry


class DataAgreement(models.Model):
    """What an authority agreed with a relying organisation.

    The organisation shows a credential of one of `evidence_types` from one of `evidence_issuers`; its claim
    `evidence_claim` must equal the record's column `matching_column`, and then `attributes`, columns of the
    registry, may be read for `purpose`, nothing else.
    """

    authority = models.ForeignKey(Authority, on_delete=models.CASCADE, related_name="agreements")
    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, related_name="agreements")
    client_id = models.CharField(max_length=500)
    client_name = models.CharField(max_length=200)
    purpose = models.CharField(max_length=200)
    evidence_types = models.JSONField()
    evidence_issuers = models.JSONField()
    evidence_claim = models.CharField(max_length=64)
    matching_column = models.CharField(max_length=200)
    attributes = models.JSONField()
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "client_id", "purpose"], name="one_agreement_a_purpose"
            )
        ]

    def __str__(self) -> str:
        return f"{self.client_name}: {self.purpose}"


class AccessToken(models.Model):
    """A token for one record, bound to the organisation's key; kept as a digest."""

    agreement = models.ForeignKey(DataAgreement, on_delete=models.CASCADE, related_name="tokens")
    token_digest = models.CharField(max_length=64, unique=True)
    key_thumbprint = models.CharField(max_length=64)
    record_key = models.CharField(max_length=128)
    holder_thumbprint = models.CharField(max_length=64)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.record_key}"


class AccessLog(models.Model):
    """One reading: who, why, which attributes by name, of which record; kept after the agreement is gone."""

    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, related_name="accesses")
    record_key = models.CharField(max_length=128)
    client_id = models.CharField(max_length=500)
    client_name = models.CharField(max_length=200)
    purpose = models.CharField(max_length=200)
    attributes = models.JSONField()
    holder_thumbprint = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["registry", "record_key"], name="accesses_of_a_record")]

    def __str__(self) -> str:
        return f"{self.client_id} {self.at:%Y-%m-%d %H:%M}"
