"""Rows of the wallet. In clear stand random identifiers; everything else is sealed, times as well.

No column names a person, an issuer, a type, a service or a claim. What a row says opens only with the
vault key of its account (wallet/account/vault.py). No time and no number runs through the rows of several
people: by it one could lay them beside what an issuer or a service wrote in the same moment.
"""

import uuid
from typing import Any

from django.db import models


class Account(models.Model):
    """One person's vault: how the passphrase opens it, and nothing of what lies in it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    handle = models.CharField(max_length=64, unique=True, help_text="Keyed digest of the sign-in name.")
    salt = models.BinaryField()
    operations = models.PositiveIntegerField(help_text="argon2id's passes, as they were when it was wrapped.")
    memory = models.PositiveBigIntegerField(help_text="argon2id's bytes, likewise.")
    wrapped_key = models.BinaryField()

    def __str__(self) -> str:
        return str(self.id)


class FailedSignIns(models.Model):
    """Wrong passphrases under one name, whether or not an account has it."""

    handle = models.CharField(primary_key=True, max_length=64)
    count = models.PositiveIntegerField(default=0)
    blocked_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.count} until {self.blocked_until:%Y-%m-%d %H:%M}"


class Sealed(models.Model):
    """A row that only its account's vault opens."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    sealed = models.BinaryField()
    position = models.PositiveIntegerField(help_text="Among the rows of its account alone.")

    class Meta:
        abstract = True
        ordering = ["-position"]

    def __str__(self) -> str:
        return str(self.id)

    def save(self, **options: Any) -> None:
        """Write the row; a new one takes the next position of its account."""
        if self._state.adding and self.position is None:
            mine = type(self)._default_manager.filter(account=self.account)
            self.position = 1 + (mine.aggregate(last=models.Max("position"))["last"] or 0)
        super().save(**options)


class Card(Sealed):
    """What one issuer says of the person: one credential, in every format in which it came, with its keys."""


class HistoryEntry(Sealed):
    """What was shown, to whom, for what, with what outcome."""


class Pending(Sealed):
    """A question that waits for the person's answer: an offer, or a request to show something."""

    last_day = models.DateField(help_text="After which it is swept; when it runs out lies in it.")
    taken = models.BooleanField(default=False, help_text="An answer to it is on its way.")


class Waiting(Sealed):
    """What an office has still to agree to: the offer, the keys that were shown, when to ask again."""


class GivenConsent(Sealed):
    """Where a consent was given, and with which key: it can be withdrawn when its card is long gone."""


class ProviderCertificate(models.Model):
    """A certificate of whoever runs this wallet and vouches for it: its root, or what signs below it."""

    class Role(models.TextChoices):
        ROOT = "root"
        SIGNER = "signer"

    role = models.CharField(max_length=8, choices=Role, unique=True)
    key = models.CharField(max_length=64, help_text="Name in the key store.")
    der = models.BinaryField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.role


class RegisteredVerifier(models.Model):
    """An entry of the public list of those who may ask; the same for everybody, so it stands in clear."""

    client_id = models.CharField(
        max_length=500, unique=True, help_text="With its prefix, as requests bear it."
    )
    name = models.CharField(max_length=200)
    purpose = models.CharField(max_length=500, blank=True)
    notices = models.URLField(
        max_length=500, blank=True, help_text="Below which address it answers /notices; empty where nowhere."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
