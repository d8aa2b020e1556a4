"""Accounts that a provider opened on verified identity."""

from django.db import models

from verifier.models.service import Service


class OpenedAccount(models.Model):
    """One account of one person; the person is known by a keyed digest, so that a second visit finds it."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="accounts")
    number = models.CharField(max_length=32, unique=True)
    person = models.CharField(max_length=64)
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ["opened_at"]
        constraints = [models.UniqueConstraint(fields=["service", "person"], name="one_account_a_person")]

    def __str__(self) -> str:
        return self.number
