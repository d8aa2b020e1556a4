"""What a provider offers, under which keys it asks, and whose word it takes."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from common.did import did_web
from common.errors import SelloError
from common.oid4vp.dcql import DcqlQuery, parse_query

ANY_TYPE = "*"
THIS_HOUSE = "this house"  # an issuer's place: every authority of this very site, for the types it publishes
KEY_FRAGMENT = "p256-1"


def validate_query(value: Any) -> None:
    """A DCQL query that the specification allows."""
    try:
        parse_query(value)
    except SelloError as error:
        raise ValidationError(error.public) from error


class Service(models.Model):
    """One door of a provider: what it asks for, in plain words and in DCQL, and what it then unlocks."""

    slug = models.SlugField(max_length=64, unique=True)
    title = models.CharField(max_length=200)
    provider = models.CharField(max_length=200)
    purpose = models.TextField(help_text="Shown to the person: why this is asked, in one or two sentences.")
    query = models.JSONField(validators=[validate_query], help_text="The DCQL query.")
    action = models.CharField(max_length=32, help_text="One of verifier.services.actions.ACTIONS.")
    parameters = models.JSONField(default=dict, blank=True)
    staff = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="services", blank=True, help_text="Who works for it."
    )
    signing_key = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title

    @property
    def url(self) -> str:
        """The page that people are led to."""
        return f"{settings.BASE_URL}/services/{self.slug}"

    @property
    def did(self) -> str:
        """The did:web whose document lies below that page."""
        return did_web.encode(self.url)

    @property
    def key_id(self) -> str:
        """The DID URL of the key that signs requests, receipts and access requests."""
        return f"{self.did}#{KEY_FRAGMENT}"

    def dcql(self) -> DcqlQuery:
        """The query as a value."""
        return parse_query(self.query)


class TrustedIssuer(models.Model):
    """One issuer whose word is taken for one type, or for any."""

    issuer = models.CharField(max_length=300, help_text="The issuer's DID or https identifier.")
    type = models.CharField(
        max_length=300, default=ANY_TYPE, help_text="A type's IRI or vct; * stands for every type."
    )
    name = models.CharField(max_length=200, help_text="What people call this issuer.")

    class Meta:
        ordering = ["name", "type"]
        constraints = [
            models.UniqueConstraint(fields=["issuer", "type"], name="one_line_per_issuer_and_type")
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.type}"


class HostCertificate(models.Model):
    """A certificate of this installation: its own authority (`host` empty), or the leaf for one host."""

    host = models.CharField(max_length=253, unique=True, blank=True)
    key = models.CharField(max_length=64)
    der = models.BinaryField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "verifier_certificate"

    def __str__(self) -> str:
        return self.host or "certificate authority"
