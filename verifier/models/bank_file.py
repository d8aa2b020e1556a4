"""Payment files that were written for banks, and which transfer stands in which of them."""

from django.db import models


class BankFile(models.Model):
    """A pain.001. Until it lies where the bank fetches it, its text lies here, sealed."""

    message_id = models.CharField(max_length=35, unique=True)
    account = models.CharField(max_length=32, help_text="The gateway account that wrote it.")
    sealed = models.BinaryField(null=True)
    created_at = models.DateTimeField()
    written_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.message_id


class BankFileEntry(models.Model):
    """A transfer of a file, by its EndToEndId: in one file, and never in a second."""

    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="entries")
    end_to_end_id = models.CharField(max_length=35, unique=True)
    group = models.CharField(max_length=35, help_text="Its PmtInfId.")
    amount = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.end_to_end_id
