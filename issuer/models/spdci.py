"""What the issuer keeps of its exchange by SPDCI: as a registry that answers, and as one that asks."""

from django.db import models

from common.adapters.exchange.partners import Partner
from issuer.models.registry import Registry


class SpdciService(models.Model):
    """That a registry answers by SPDCI: `mapping` as common.registries.spdci.mapping.RecordMapping has it."""

    registry = models.OneToOneField(Registry, on_delete=models.CASCADE, related_name="spdci")
    mapping = models.JSONField()
    place_column = models.CharField(max_length=200, blank=True)  # whose values locations.json lists
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.registry_id} by SPDCI"


class Transaction(models.Model):
    """What became of one request of a partner, request by request of its batch; never what was found.

    `outcome` is a list of `{"reference_id", "status", "status_reason_code", "codes"}`.
    """

    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, related_name="transactions")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="spdci_transactions")
    txn_type = models.CharField(max_length=12)
    transaction_id = models.CharField(max_length=99)
    correlation_id = models.CharField(max_length=99, unique=True)
    outcome = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["partner", "transaction_id"], name="transactions_of_a_partner")]

    def __str__(self) -> str:
        return f"{self.txn_type} {self.transaction_id}"


class Subscription(models.Model):
    """A partner's wish to be told of changes, and the cursor up to which it was."""

    code = models.CharField(max_length=99, unique=True)
    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, related_name="subscriptions")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="spdci_subscriptions")
    event_type = models.CharField(max_length=200)
    record_type = models.CharField(max_length=200)
    filter_type = models.CharField(max_length=20)
    filter = models.JSONField()
    purpose = models.CharField(max_length=200, blank=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    cursor = models.CharField(max_length=400, blank=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.code


class Outgoing(models.Model):
    """A message that is on its way to a partner.

    ASKED (what it answers is sealed) → READY (the answer is sealed) → DELIVERED, or PARKED after too many
    attempts, until an officer sends it on. Nothing stays sealed here once it was delivered.
    """

    class State(models.TextChoices):
        ASKED = "asked"
        READY = "ready"
        DELIVERED = "delivered"
        PARKED = "parked"

    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, related_name="outgoing")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="spdci_outgoing")
    transaction = models.ForeignKey(Transaction, on_delete=models.CASCADE, null=True, related_name="outgoing")
    action = models.CharField(max_length=40)
    message_id = models.CharField(max_length=64, unique=True)
    request_id = models.CharField(max_length=200, blank=True)  # of the message that it answers
    url = models.CharField(max_length=2_000)
    total_count = models.PositiveIntegerField(default=1)
    sealed = models.BinaryField(default=bytes, blank=True)
    state = models.CharField(max_length=10, choices=State.choices)
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True)  # by whoever works on it
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"], name="outgoing_that_is_due")]

    def __str__(self) -> str:
        return f"{self.action} {self.message_id}"


class OwnSubscription(models.Model):
    """A subscription at the registry that this one stands for; `code` once the registry gave one."""

    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, related_name="own_subscriptions")
    transaction_id = models.CharField(max_length=99)
    reference_id = models.CharField(max_length=99, unique=True)
    event_type = models.CharField(max_length=200)
    code = models.CharField(max_length=99, blank=True)
    state = models.CharField(max_length=12)  # asked, active, refused, ended
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.registry_id} {self.event_type}"


class Announcement(models.Model):
    """That a record elsewhere was said to have changed, or be gone; what it says is fetched when needed."""

    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, related_name="announcements")
    key = models.CharField(max_length=128)
    gone = models.BooleanField(default=False)
    revision = models.PositiveBigIntegerField()  # the registry's own count, as of embedded records

    class Meta:
        constraints = [models.UniqueConstraint(fields=["registry", "key"], name="one_announcement_a_key")]
        indexes = [models.Index(fields=["registry", "revision", "key"], name="announcements_by_revision")]

    def __str__(self) -> str:
        return f"{self.registry_id}/{self.key}"
