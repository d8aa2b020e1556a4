"""Instructions on their way, and all that was heard of them."""

from django.db import models

from verifier.models.programme import GatewayAccount, Programme


class PaymentInstruction(models.Model):
    """One payment that was booked; `verifier/payments/instructions/states.py` alone moves it.

    `key` is a keyed digest of who is paid for which period: of all instructions of one key, one alone is not
    dead. `holder` is the thumbprint of the key that signed, by which its holder asks what became of it.
    """

    class State(models.TextChoices):
        BOOKED = "BOOKED"
        SENDING = "SENDING"
        UNKNOWN = "UNKNOWN"
        PARKED = "PARKED"
        SENT = "SENT"
        SETTLED = "SETTLED"
        REJECTED = "REJECTED"
        RETURNED = "RETURNED"
        RELEASED = "RELEASED"

    number = models.CharField(max_length=64, unique=True, help_text="The idempotency key at the gateway.")
    key = models.CharField(max_length=64, db_index=True)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="instructions")
    gateway = models.ForeignKey(GatewayAccount, on_delete=models.PROTECT, related_name="instructions")
    period = models.CharField(max_length=20)
    amount = models.BigIntegerField(help_text="In the programme's currency's smallest unit.")
    payee = models.CharField(max_length=200)
    payee_name = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=200)
    purpose = models.CharField(max_length=200)
    holder = models.CharField(max_length=64, blank=True, db_index=True)
    bound = models.CharField(max_length=100, default="", help_text="Codes over what was signed (binding.py).")
    state = models.CharField(max_length=8, choices=State.choices, default=State.BOOKED)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(help_text="When it may be sent, or asked for, next.")
    lease = models.CharField(max_length=32, blank=True, help_text="The worker that has it now.")
    lease_until = models.DateTimeField(null=True)
    gateway_reference = models.CharField(max_length=100, blank=True)
    problem = models.CharField(max_length=100, blank=True, help_text="A code, for the operator.")
    disputed = models.BooleanField(default=False, help_text="The gateway said what cannot both be true.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                condition=~models.Q(state__in=["REJECTED", "RELEASED"]),
                name="one_payment_a_person_and_period",
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="a_payment_pays_something"),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(state__in=["BOOKED", "SENDING", "UNKNOWN", "SENT"]),
                name="instructions_on_their_way",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class PaymentEvent(models.Model):
    """What happened to an instruction, when, and who said so; never whom it pays."""

    instruction = models.ForeignKey(PaymentInstruction, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    event = models.CharField(max_length=40)
    source = models.CharField(max_length=20)
    detail = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.event
