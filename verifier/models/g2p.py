"""G2P Connect: what other organisations asked for, what is owed to them, and whose address is where."""

from django.db import models

from common.adapters.exchange.partners import Partner
from verifier.models.payment import PaymentInstruction
from verifier.models.programme import Programme


class OwnKey(models.Model):
    """The key under which this verifier speaks to organisations, by its name in the key store."""

    purpose = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.purpose


class PayingPartner(models.Model):
    """A partner that may pay out of a programme."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="payers")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "programme"], name="a_partner_pays_from_it_once")
        ]

    def __str__(self) -> str:
        return f"{self.partner} {self.programme}"


class ReceivedItem(models.Model):
    """One item of a partner's request, under the `reference_id` that the partner gave it: it counts once.

    `content` is a digest, so that the same item sent again is known, and another under its name refused.
    """

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, help_text="disburse, link, update, unlink or resolve.")
    transaction_id = models.CharField(max_length=99)
    reference_id = models.CharField(max_length=99)
    correlation_id = models.CharField(max_length=36, db_index=True)
    content = models.CharField(max_length=43)
    status = models.CharField(max_length=4, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
    instruction = models.OneToOneField(PaymentInstruction, on_delete=models.PROTECT, null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "kind", "reference_id"], name="one_item_under_one_reference"
            )
        ]
        indexes = [models.Index(fields=["partner", "transaction_id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference_id}"


class OwedAnswer(models.Model):
    """An answer that a partner awaits at its own address; sent under one `message_id`, however often.

    `sealed` holds it; of an answer about payments, what it speaks of until all of them have ended.
    """

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    message_id = models.CharField(max_length=36, unique=True)
    url = models.CharField(max_length=2_000)
    action = models.CharField(max_length=40)
    transaction_id = models.CharField(max_length=99)
    correlation_id = models.CharField(max_length=36)
    sealed = models.BinaryField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.action} {self.message_id}"


class AccountMapping(models.Model):
    """Which financial address belonged to a person, and from when to when.

    The person is a keyed digest and the address sealed: who reads the rows learns of neither.
    """

    person = models.CharField(max_length=43)
    address = models.BinaryField(help_text="Sealed.")
    address_digest = models.CharField(max_length=43, db_index=True)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(ended_at=None), name="one_active_address_a_person"
            )
        ]

    def __str__(self) -> str:
        return f"mapping {self.pk}"
