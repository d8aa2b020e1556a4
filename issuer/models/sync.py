"""How registries lead credentials: what was followed, how far, and what came of it."""

from typing import Final

from django.db import models

from issuer.models.configuration import Configuration
from issuer.models.issuance import IssuedCredential
from issuer.models.registry import Registry

START: Final = ""  # the cursor that stands before every change


class Following(models.Model):
    """That a credential type follows a registry: its own, or one that its rules watch.

    `cursor` is the last change that was dealt with, `news_from` the one after which records count as new;
    `due_on` is the day up to which dates that pass were dealt with.
    """

    configuration = models.ForeignKey(Configuration, on_delete=models.CASCADE, related_name="followings")
    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, related_name="followings")
    cursor = models.CharField(max_length=400, default=START, blank=True)
    news_from = models.CharField(max_length=400, default=START, blank=True)
    due_on = models.DateField(null=True)

    class Meta:
        ordering = ["configuration__name"]
        constraints = [models.UniqueConstraint(fields=["configuration", "registry"], name="followed_once")]

    def __str__(self) -> str:
        return f"{self.configuration_id} follows {self.registry_id}"


class SyncRun(models.Model):
    """One run of `sync_registry`; without `ended_at` it was stopped, and the next one went on."""

    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, related_name="runs")
    actor = models.CharField(max_length=150)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-begun_at", "-id"]

    def __str__(self) -> str:
        return f"{self.registry_id} {self.begun_at:%Y-%m-%d %H:%M}"


class Effect(models.Model):
    """What one rule did because of one version of one record; `key` says these three, and stands once.

    `record_key` is that of the credential type's own record; `credential` is None where a person was told of
    something they do not hold yet.
    """

    key = models.CharField(max_length=64, unique=True)
    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="effects")
    configuration = models.ForeignKey(Configuration, on_delete=models.CASCADE, related_name="effects")
    record_key = models.CharField(max_length=128)
    credential = models.ForeignKey(
        IssuedCredential, on_delete=models.CASCADE, related_name="effects", null=True
    )
    did = models.CharField(max_length=16)
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.did} {self.configuration_id} {self.record_key}"
