"""What has to be told, to whom, by which channel; whom organisations named to be told.

No relation leads to any party's rows. Whom a notice is for stands sealed; its facts hold no claim.
"""

import uuid

from django.db import models


class Notice(models.Model):
    """One message by one channel.

    QUEUED → SENT | FAILED; what lies in an inbox is SENT and becomes READ. `leased_until` says that a process
    is handing it over at this moment; once it has passed, that process is dead.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        SENT = "sent"
        FAILED = "failed"
        READ = "read"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=32)
    key = models.CharField(max_length=64, help_text="Keyed digest of the event that this tells.")
    channel = models.CharField(max_length=16)
    # Keyed digest of a holder's key or a webhook's address; several may be told the same event.
    inbox = models.CharField(max_length=64, blank=True)
    sender = models.CharField(
        max_length=100, blank=True, help_text="role/name, such as issuer/civil-registry"
    )
    recipient = models.BinaryField(help_text="Sealed.")
    language = models.CharField(max_length=16)
    facts = models.JSONField()
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "channel", "inbox"], name="told_once"),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=models.Q(state="queued"), name="notices_that_wait"
            ),
            models.Index(
                fields=["sender", "-created_at"],
                condition=models.Q(state="failed"),
                name="notices_not_delivered",
            ),
            models.Index(
                fields=["inbox", "-created_at"],
                condition=models.Q(channel="wallet"),
                name="notices_of_an_inbox",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel}"


class Subscriber(models.Model):
    """An organisation that `sender` tells of what concerns it, by signed requests to `url`.

    `client_id` is the name under which it reads records: it hears of the records it has read alone.
    """

    sender = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    client_id = models.CharField(max_length=500)
    url = models.URLField(max_length=1000)
    kinds = models.JSONField(help_text='Such as ["suspended", "revoked", "reinstated"].')
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["sender", "name"]
        constraints = [
            models.UniqueConstraint(fields=["sender", "client_id", "url"], name="one_subscription_an_address")
        ]

    def __str__(self) -> str:
        return f"{self.name} at {self.sender}"


class SeenRequest(models.Model):
    """A question to an inbox that was asked once, until it could not be asked anyway."""

    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.digest[:8]
