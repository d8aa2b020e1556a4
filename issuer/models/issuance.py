"""What was offered, to whom it was handed over, and what was issued; never what a credential says."""

import uuid
from typing import Final

from django.db import models

from issuer.models.authority import Authority
from issuer.models.authorization import Authorization
from issuer.models.configuration import Configuration
from issuer.models.status import StatusList


class Session(models.Model):
    """One offer and what becomes of it. Code, transaction code and token stand here as digests alone.

    OFFERED → TOKEN_ISSUED → ISSUED → ACCEPTED | DELETED | FAILED; `CAME_FROM` is all there is.
    A refreshed token begins another round of deliveries and leaves the state as it was.
    """

    class Grant(models.TextChoices):
        PRE_AUTHORIZED = "pre-authorized_code"
        AUTHORIZATION_CODE = "authorization_code"

    class State(models.TextChoices):
        OFFERED = "offered"
        TOKEN_ISSUED = "token_issued"  # noqa: S105 - a state, no secret
        ISSUED = "issued"
        ACCEPTED = "accepted"
        DELETED = "deleted"
        FAILED = "failed"

    # An offer fails when its transaction code was guessed wrong too often. Several formats may be fetched in
    # one session: what was accepted once stays accepted, whatever is said of another format.
    CAME_FROM: Final[dict[str, tuple[str, ...]]] = {
        State.TOKEN_ISSUED: (State.OFFERED,),
        State.ISSUED: (State.TOKEN_ISSUED, State.ISSUED, State.DELETED, State.FAILED),
        State.ACCEPTED: (State.ISSUED, State.DELETED, State.FAILED),
        State.DELETED: (State.ISSUED, State.FAILED),
        State.FAILED: (State.OFFERED, State.ISSUED, State.DELETED),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    configuration = models.ForeignKey(Configuration, on_delete=models.CASCADE, related_name="sessions")
    record_key = models.CharField(max_length=128)
    formats = models.JSONField()
    state = models.CharField(max_length=16, choices=State, default=State.OFFERED)
    grant = models.CharField(max_length=32, choices=Grant, default=Grant.PRE_AUTHORIZED)
    # What the person agreed to at the office; None before that, and where a code was handed over.
    authorization = models.OneToOneField(
        Authorization, on_delete=models.SET_NULL, null=True, related_name="session"
    )
    reference_digest = models.CharField(max_length=64, unique=True)
    code_digest = models.CharField(max_length=64, unique=True)
    tx_code_digest = models.CharField(max_length=64, blank=True)
    failed_tries = models.PositiveSmallIntegerField(default=0)
    token_digest = models.CharField(max_length=64, unique=True, null=True)
    refresh_digest = models.CharField(max_length=64, unique=True, null=True)
    key_thumbprint = models.CharField(max_length=64, blank=True)  # the DPoP key; empty: a bearer's tokens
    client_id = models.CharField(max_length=500, blank=True)
    client_thumbprint = models.CharField(max_length=64, blank=True)  # the key of an attested wallet
    # The configurations that the token is for, when the wallet asked with authorization_details.
    identified = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    token_issued_at = models.DateTimeField(null=True)
    token_expires_at = models.DateTimeField(null=True)
    refresh_expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # by office or registry: nothing more is issued in it

    class Meta:
        indexes = [models.Index(fields=["configuration", "record_key"], name="sessions_of_a_record")]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def configuration_ids(self) -> dict[str, str]:
        """The OpenID4VCI configuration identifiers on offer, each with its format."""
        return {f"{self.configuration.name}.{format_}": format_ for format_ in self.formats}


class Delivery(models.Model):
    """One credential response of a session, and what the wallet said became of it."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="deliveries")
    notification_id = models.CharField(max_length=64, unique=True)
    format = models.CharField(max_length=32)
    event = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.notification_id


class Deferral(models.Model):
    """A credential request that waits for an officer (OpenID4VCI 1.0 §9).

    WAITING → APPROVED → DONE, or REFUSED. `holders` are the keys that were shown,
    as JWKs with the DIDs under which they were shown.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        APPROVED = "approved"
        REFUSED = "refused"
        DONE = "done"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="deferrals")
    transaction_digest = models.CharField(max_length=64, unique=True)
    format = models.CharField(max_length=32)
    holders = models.JSONField()
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"{self.session_id} {self.state}"


class IssuedCredential(models.Model):
    """That a credential was issued, of which record, to which key, and whether it still holds."""

    class State(models.TextChoices):
        VALID = "valid"
        SUSPENDED = "suspended"
        REVOKED = "revoked"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # None, and no record, where an operator had something of its own signed (VC-API).
    configuration = models.ForeignKey(
        Configuration, on_delete=models.PROTECT, related_name="credentials", null=True
    )
    record_key = models.CharField(max_length=128, blank=True)
    format = models.CharField(max_length=32)
    holder_thumbprint = models.CharField(max_length=64, blank=True, db_index=True)  # empty: a bearer's
    holder_did = models.CharField(max_length=500, blank=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.SET_NULL, null=True, related_name="credentials")
    minted = models.BooleanField(default=False)
    status_list = models.ForeignKey(StatusList, on_delete=models.PROTECT, related_name="credentials")
    status_index = models.PositiveIntegerField()
    state = models.CharField(max_length=16, choices=State, default=State.VALID)
    # A digest of each claim, keyed by a secret: tells what changed since, and nobody what it says.
    said = models.JSONField(default=dict, blank=True)
    # The registry says otherwise since then; withdrawn as soon as the wallet holds the renewed one.
    outdated_at = models.DateTimeField(null=True)
    superseded = models.BooleanField(default=False)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint(fields=["status_list", "status_index"], name="one_credential_an_index"),
            models.UniqueConstraint(
                fields=["configuration", "format", "record_key"],
                name="minted_once",
                condition=models.Q(minted=True) & ~models.Q(state="revoked"),
            ),
        ]
        indexes = [
            models.Index(fields=["configuration", "record_key", "format"], name="credentials_of_a_record"),
            models.Index(fields=["configuration", "expires_at"], name="credentials_by_expiry"),
            models.Index(
                fields=["configuration", "outdated_at"],
                name="credentials_outdated",
                condition=models.Q(outdated_at__isnull=False, state="valid"),
            ),
            models.Index(
                fields=["status_list", "state"],
                name="credentials_not_valid",
                condition=~models.Q(state="valid"),
            ),
        ]

    def __str__(self) -> str:
        return self.urn

    @property
    def urn(self) -> str:
        """The credential's own identifier."""
        return self.id.urn

    @property
    def authority(self) -> Authority:
        """Whoever issued it."""
        return self.status_list.authority


class StatusChange(models.Model):
    """Who changed a credential's status, when, from what to what, and why; rows are never changed."""

    credential = models.ForeignKey(IssuedCredential, on_delete=models.CASCADE, related_name="changes")
    before = models.CharField(max_length=16, choices=IssuedCredential.State)
    after = models.CharField(max_length=16, choices=IssuedCredential.State)
    reason = models.CharField(max_length=300)
    actor = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.credential_id}: {self.before} to {self.after}"


class SpentValue(models.Model):
    """A nonce or token identifier that was used once, kept as a digest until it could not be used anyway."""

    scope = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "digest"], name="spent_once")]

    def __str__(self) -> str:
        return f"{self.scope} {self.digest[:8]}"
