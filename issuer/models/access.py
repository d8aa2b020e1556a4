"""Who may read which attributes of whose record, on what ground, and who has."""

import uuid

from django.db import models

from issuer.models.authority import Authority
from issuer.models.registry import Registry


class Basis(models.TextChoices):
    """Why a record may be read at all."""

    CONSENT = "consent"
    LAW = "law"


class DataAgreement(models.Model):
    """What an authority agreed with a relying organisation.

    On the basis of consent, the organisation shows a credential of one of `evidence_types` from one of
    `evidence_issuers`; its claim `evidence_claim` must equal the record's column `matching_column`, and then
    `attributes` may be read for `purpose`, nothing else: at once, or for as long as the person signed, up to
    `longest_days`. On the basis of a law (`legal_basis` cites it) a public body says itself whom it asks
    about, by a value of `matching_column`.

    An attribute is a column of the registry, or an answer worked out from one: `derived` has
    `{"alive": {"column": "died_on", "derive": "absent"}}` (issuer/record_access/attributes.py).
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
    derived = models.JSONField(default=dict, blank=True)
    basis = models.CharField(max_length=10, choices=Basis.choices, default=Basis.CONSENT)
    legal_basis = models.CharField(max_length=500, blank=True, help_text="The law, where that is the basis.")
    longest_days = models.PositiveSmallIntegerField(
        default=0, help_text="How long a consent may last; 0: for one reading alone."
    )
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "client_id", "purpose"], name="one_agreement_a_purpose"
            ),
            models.CheckConstraint(
                condition=~models.Q(basis="law", legal_basis=""), name="a_mandate_cites_its_law"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_name}: {self.purpose}"


class Consent(models.Model):
    """What a person agreed to, by their own signature: for one reading, or for a time.

    `sealed_evidence` is what they signed (issuer/record_access/consents.py opens it), so that either side can
    prove afterwards what was agreed. Once `withdrawn_at` is set nothing is read on it any more.
    """

    class How(models.TextChoices):
        SHOWN = "shown"  # a presentation to the organisation, good for the reading that it was made for
        SIGNED = "signed"  # terms that the person signed beside the presentation, good until their end

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(DataAgreement, on_delete=models.PROTECT, related_name="consents")
    record_key = models.CharField(max_length=128)
    holder_thumbprint = models.CharField(max_length=64, db_index=True)
    client_id = models.CharField(max_length=500)
    purpose = models.CharField(max_length=200)
    attributes = models.JSONField()
    how = models.CharField(max_length=10, choices=How.choices)
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    sealed_evidence = models.BinaryField()

    class Meta:
        ordering = ["-given_at"]
        indexes = [models.Index(fields=["agreement", "record_key"], name="consents_of_a_record")]

    def __str__(self) -> str:
        return f"{self.client_id} until {self.expires_at:%Y-%m-%d}"


class AccessToken(models.Model):
    """A token for one record, bound to the organisation's key; kept as a digest.

    `request_id` is the `jti` of the request that it was given for, under which both ends log the reading.
    """

    agreement = models.ForeignKey(DataAgreement, on_delete=models.CASCADE, related_name="tokens")
    token_digest = models.CharField(max_length=64, unique=True)
    key_thumbprint = models.CharField(max_length=64)
    record_key = models.CharField(max_length=128)
    holder_thumbprint = models.CharField(max_length=64, blank=True)
    consent = models.ForeignKey(Consent, on_delete=models.CASCADE, null=True, related_name="tokens")
    attributes = models.JSONField(default=list)
    request_id = models.CharField(max_length=200, default="")
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.record_key}"


class AccessLog(models.Model):
    """One reading, or one that was refused: who, why, which attributes by name, of which record.

    Kept after the agreement is gone. A refusal names record and registry only where they were found.
    """

    class Outcome(models.TextChoices):
        READ = "read"
        REFUSED = "refused"

    authority = models.ForeignKey(Authority, on_delete=models.CASCADE, null=True, related_name="accesses")
    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, null=True, related_name="accesses")
    record_key = models.CharField(max_length=128, blank=True)
    request_id = models.CharField(max_length=200, default="", db_index=True)
    basis = models.CharField(max_length=10, choices=Basis.choices, default=Basis.CONSENT)
    legal_basis = models.CharField(max_length=500, blank=True)
    consent = models.ForeignKey(Consent, on_delete=models.SET_NULL, null=True, related_name="accesses")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.READ)
    problem = models.CharField(max_length=60, blank=True, help_text="The code of the refusal.")
    client_id = models.CharField(max_length=500)
    client_name = models.CharField(max_length=200)
    purpose = models.CharField(max_length=200)
    attributes = models.JSONField()
    holder_thumbprint = models.CharField(max_length=64, blank=True, db_index=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["registry", "record_key"], name="accesses_of_a_record")]

    def __str__(self) -> str:
        return f"{self.client_id} {self.at:%Y-%m-%d %H:%M}"
