"""An authority: a ministry or office that issues under its own name, with its own keys and officers."""

from django.conf import settings
from django.db import models

from common.did import did_web


class Authority(models.Model):
    """An issuer of its own. Its keys are names in the key store; the keys themselves never stand here."""

    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    ed25519_key = models.CharField(max_length=64)
    p256_key = models.CharField(max_length=64)
    p384_key = models.CharField(max_length=64)
    # HAIP 1.0: tokens for keys alone, and wallets for which a known provider vouches.
    high_assurance = models.BooleanField(default=False)
    key_storage = models.JSONField(default=list, blank=True)  # what attested keys must withstand one of
    requires_encryption = models.BooleanField(default=False)  # of credential requests and responses
    officers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="authorities", blank=True)

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "authorities"

    def __str__(self) -> str:
        return self.name

    @property
    def identifier(self) -> str:
        """The OpenID4VCI credential issuer identifier."""
        return f"{settings.BASE_URL}/issuers/{self.slug}"

    @property
    def did(self) -> str:
        """The did:web that leads to `/issuers/{slug}/did.json`."""
        return did_web.encode(self.identifier)
