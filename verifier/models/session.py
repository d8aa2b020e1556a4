"""One question to one person, from the request to what it unlocked. Its claims are never kept."""

from django.db import models

from verifier.models.service import Service


class PresentationSession(models.Model):
    """A presentation's state machine; `verifier/presentation/states.py` alone moves it.

    Four secrets, each known to another party: `request_id` to whoever got the link, `state` and `nonce` to
    the wallet, `poll_id` to the page that began, the response code to the browser that the wallet leads back.
    """

    class Status(models.TextChoices):
        REQUESTED = "REQUESTED"
        REQUEST_RETRIEVED = "REQUEST_RETRIEVED"
        SUBMITTED = "SUBMITTED"
        VERIFIED = "VERIFIED"
        REJECTED = "REJECTED"
        UNLOCKED = "UNLOCKED"
        TIMED_OUT = "TIMED_OUT"

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="sessions")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.REQUESTED)
    request_id = models.CharField(max_length=64, unique=True)
    poll_id = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=64, unique=True)
    nonce = models.CharField(max_length=64, unique=True)
    client_id = models.CharField(max_length=500)
    response_mode = models.CharField(max_length=20)
    same_device = models.BooleanField(default=False)
    parameters = models.JSONField(help_text="The request's parameters, as they are signed.")
    sealed_key = models.BinaryField(null=True, help_text="The ephemeral key that answers are encrypted to.")
    browser = models.CharField(max_length=64, blank=True, help_text="Digest of the cookie of who began.")
    response_code = models.CharField(max_length=64, blank=True, help_text="Digest.")
    sealed_answer = models.BinaryField(null=True, help_text="What was presented, until it is unlocked.")
    sealed_result = models.BinaryField(null=True, help_text="What was unlocked, for that browser, shortly.")
    outcome = models.JSONField(default=dict, help_text="What was found. Never a claim.")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    unlocked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [  # what the sweep looks for, small however many sessions there were
            models.Index(
                fields=["expires_at"],
                condition=models.Q(status__in=["REQUESTED", "REQUEST_RETRIEVED", "SUBMITTED", "VERIFIED"]),
                name="sessions_that_wait",
            ),
            models.Index(
                fields=["expires_at"],
                condition=models.Q(sealed_result__isnull=False),
                name="sessions_with_a_result",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.status}"


class AuditEvent(models.Model):
    """What happened to a session, and when; never what it was about."""

    session = models.ForeignKey(PresentationSession, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    event = models.CharField(max_length=40)
    detail = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.event
