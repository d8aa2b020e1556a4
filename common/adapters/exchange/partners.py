"""Organisations that messages are exchanged with, and the log of what went to and fro."""

from typing import Final

from django.db import models

DIRECTIONS: Final = [("sent", "sent"), ("received", "received")]


class Partner(models.Model):
    """An organisation: who it is, by which keys it is known, what it may read, where it is reached.

    `may_read` holds what was agreed, by registry: `{"attributes": […], "purposes": […], "legal_basis": "…"}`.
    """

    sender_id = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=200)
    namespaces = models.JSONField(default=list)  # "spdci", "g2p"
    roles = models.JSONField(default=list)  # what it is to us: "reader", "registry", "gateway", "mapper"
    keys = models.JSONField(default=list)  # public JWKs
    jwks_uri = models.CharField(max_length=2_000, blank=True)
    signature_required = models.BooleanField(default=True)
    may_read = models.JSONField(default=dict)
    address = models.CharField(max_length=2_000, blank=True)  # where its endpoints begin
    callback_url = models.CharField(max_length=2_000, blank=True)  # where its answers are awaited
    secret_digest = models.CharField(
        max_length=64, blank=True
    )  # of the secret it shows at our token endpoint
    token_url = models.CharField(max_length=2_000, blank=True)  # its own token endpoint, where we show ours
    client_id = models.CharField(max_length=200, blank=True)
    sealed_secret = models.BinaryField(default=bytes, blank=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class ExchangeLog(models.Model):
    """One message, as both ends log it under the same `message_id`; never what it said."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="messages")
    direction = models.CharField(max_length=8, choices=DIRECTIONS)
    namespace = models.CharField(max_length=8)
    action = models.CharField(max_length=40)
    message_id = models.CharField(max_length=200)
    transaction_id = models.CharField(max_length=99, blank=True)
    status = models.CharField(max_length=4)  # rcvd, pdng, succ, rjct
    reason = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            # A message counts once: whoever sends it again is told so.
            models.UniqueConstraint(fields=["partner", "direction", "message_id"], name="one_message_once")
        ]
        indexes = [models.Index(fields=["transaction_id"]), models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self.direction} {self.action} {self.message_id}"
