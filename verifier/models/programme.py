"""Programmes that pay, and the gateways through which they do."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from common.errors import SelloError
from common.payments.rules import parse_payment_rules


class GatewayAccount(models.Model):
    """A way out for money: a kind of verifier.payments.gateways.GATEWAYS, and how it is set up."""

    name = models.SlugField(max_length=32, unique=True)
    kind = models.CharField(max_length=32, help_text="One of verifier.payments.gateways.GATEWAYS.")
    config = models.JSONField(
        default=dict, blank=True, help_text="Addresses and our account there. Never a secret."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Programme(models.Model):
    """A budget and the rules by which it is paid out.

    `committed` is what the ledger has set aside or paid, kept here so that one UPDATE decides whether the
    next payment still fits; the services of verifier/payments alone change it, and `budget`.
    """

    class Status(models.TextChoices):
        OPEN = "OPEN"
        PAUSED = "PAUSED"
        CLOSED = "CLOSED"

    slug = models.SlugField(max_length=64, unique=True)
    title = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    budget = models.BigIntegerField(default=0, help_text="In the currency's smallest unit.")
    committed = models.BigIntegerField(default=0, help_text="In the currency's smallest unit.")
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    rules = models.JSONField(help_text="Who, how much, how often: common/payments/rules.py.")
    gateway = models.ForeignKey(GatewayAccount, on_delete=models.PROTECT, related_name="programmes")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(committed__gte=0) & models.Q(committed__lte=models.F("budget")),
                name="no_programme_is_overdrawn",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Rules that can be read."""
        try:
            parse_payment_rules(self.rules, currency=self.currency)
        except SelloError as error:
            raise ValidationError({"rules": error.public}) from error

    @property
    def url(self) -> str:
        """The page of its staff."""
        return f"{settings.BASE_URL}/services/staff/programmes/{self.slug}"
