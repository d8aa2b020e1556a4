"""Vouchers: money for people without an account, cashed once."""

from django.db import models


class Voucher(models.Model):
    """One voucher; its text lies sealed here until it is cashed or has expired."""

    class State(models.TextChoices):
        ISSUED = "ISSUED"
        REDEEMED = "REDEEMED"
        EXPIRED = "EXPIRED"

    number = models.CharField(max_length=64, unique=True, help_text="The instruction that it carries out.")
    account = models.CharField(max_length=32, help_text="The gateway account that issued it.")
    identifier = models.CharField(max_length=64, unique=True, help_text="Digest of what names it inside.")
    sealed = models.BinaryField(null=True)
    amount = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ISSUED)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    agent = models.CharField(max_length=200, blank=True, help_text="Who paid it out.")
    told = models.BooleanField(default=False, help_text="Whether the books know how it ended.")

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["expires_at"], condition=models.Q(state="ISSUED"), name="open_vouchers")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"
