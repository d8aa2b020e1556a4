"""Double-entry books in integer minor units."""

from django.db import models


class LedgerAccount(models.Model):
    """An account of the books, in one currency."""

    code = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class JournalEntry(models.Model):
    """One event of the books; its `idempotency_key` makes a second booking of the same event impossible."""

    idempotency_key = models.CharField(max_length=100, unique=True)
    reference = models.CharField(max_length=200)
    description = models.CharField(max_length=300)
    booked_at = models.DateTimeField()

    class Meta:
        ordering = ["booked_at", "id"]
        verbose_name_plural = "journal entries"

    def __str__(self) -> str:
        return self.reference


class Posting(models.Model):
    """One side of an entry: debits positive, credits negative; an entry's postings sum to zero."""

    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="postings")
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="postings")
    amount = models.BigIntegerField(help_text="In the currency's smallest unit.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount=0), name="a_posting_moves_something")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount}"
