"""How a person signs in at the office, and what a wallet asked for before it sent the person there."""

import uuid

from django.db import models

from issuer.models.authority import Authority
from issuer.models.configuration import Configuration
from issuer.models.registry import Registry


class AccessCode(models.Model):
    """A code that an officer handed to a person, for one record, once; it stands here as a keyed digest."""

    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, related_name="access_codes")
    record_key = models.CharField(max_length=128)
    digest = models.CharField(max_length=64, unique=True)
    given_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["registry", "record_key"], name="access_codes_of_a_record")]

    def __str__(self) -> str:
        return f"{self.registry_id} {self.created_at:%Y-%m-%d}"


class Authorization(models.Model):
    """A pushed request (RFC 9126) and the person's answer to it.

    WAITING → GIVEN | DENIED | FAILED. It fails when wrong access codes were typed too often.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        GIVEN = "given"
        DENIED = "denied"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authority = models.ForeignKey(Authority, on_delete=models.CASCADE, related_name="authorizations")
    request_digest = models.CharField(max_length=64, unique=True)
    configuration = models.ForeignKey(Configuration, on_delete=models.CASCADE, related_name="authorizations")
    formats = models.JSONField()
    # The configurations that were named in authorization_details and get identifiers.
    identified = models.JSONField(default=list)
    client_id = models.CharField(max_length=500)
    client_name = models.CharField(max_length=200, blank=True)  # attested; empty where nobody vouches for it
    client_thumbprint = models.CharField(max_length=64, blank=True)  # the key of an attested wallet
    redirect_uri = models.CharField(max_length=4000)
    client_state = models.CharField(max_length=4000, null=True)  # None: no state was sent
    code_challenge = models.CharField(max_length=64)
    dpop_thumbprint = models.CharField(max_length=64, blank=True)
    offer = models.ForeignKey("issuer.Session", on_delete=models.CASCADE, null=True, related_name="requests")
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    failed_tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.id)
