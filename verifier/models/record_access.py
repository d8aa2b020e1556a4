"""What services may read of people's records elsewhere, and what they have read: never a value."""

from django.db import models

from verifier.models.service import Service


class ReadingConsent(models.Model):
    """A consent that a person signed here and an authority keeps, under the reference that staff know."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="reading_consents")
    reference = models.CharField(max_length=20, unique=True)
    session = models.CharField(max_length=64, help_text="The session in which it was given.")
    authority = models.CharField(max_length=500)
    consent_id = models.CharField(max_length=200)
    purpose = models.CharField(max_length=200)
    attributes = models.JSONField()
    given_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    refused_at = models.DateTimeField(null=True, help_text="When the authority first said that it ended.")

    class Meta:
        ordering = ["-given_at"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "consent_id"], name="one_row_a_reading_consent")
        ]

    def __str__(self) -> str:
        return self.reference


class ReadLog(models.Model):
    """One request to an authority, under the id by which that authority logged it too."""

    class Outcome(models.TextChoices):
        ASKED = "asked"  # no answer was understood: the authority may have logged a reading all the same
        READ = "read"
        REFUSED = "refused"

    request_id = models.CharField(max_length=200, unique=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="reads")
    consent = models.ForeignKey(ReadingConsent, on_delete=models.SET_NULL, null=True, related_name="reads")
    authority = models.CharField(max_length=500)
    purpose = models.CharField(max_length=200)
    basis = models.CharField(max_length=10)
    attributes = models.JSONField(default=list)
    actor = models.CharField(max_length=150, blank=True, help_text="Who asked; empty: the person was there.")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.ASKED)
    problem = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.request_id} {self.outcome}"
