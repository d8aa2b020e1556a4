"""Status lists: how many of their indexes are given away, and how often they changed."""

import secrets

from django.db import models

from issuer.models.authority import Authority

SIZE = 131_072  # the herd in which one credential hides (Bitstring Status List §3.3)


def new_secret() -> str:
    """A secret from which the order of a list's indexes follows."""
    return secrets.token_hex(16)


class StatusList(models.Model):
    """One numbering of `size` credentials; what it publishes is made of the credentials' own rows.

    A `bitstring` list is published twice, for revocation and for suspension; a `token` list once, with two
    bits an entry.
    """

    class Kind(models.TextChoices):
        BITSTRING = "bitstring"
        TOKEN = "token"  # noqa: S105 - the name of a format, no secret

    authority = models.ForeignKey(Authority, on_delete=models.CASCADE, related_name="status_lists")
    kind = models.CharField(max_length=16, choices=Kind)
    number = models.PositiveIntegerField()
    size = models.PositiveIntegerField(default=SIZE)
    secret = models.CharField(max_length=64, default=new_secret)
    allocated = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["authority", "kind", "number"], name="one_list_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.authority_id} {self.kind} {self.number}"

    def name(self, purpose: str | None) -> str:
        """The last part of the published address: `revocation-1`, `suspension-1`, `token-1`."""
        return f"{purpose or self.kind}-{self.number}"

    def uri(self, purpose: str | None) -> str:
        """Where this list is published for `purpose`, which is None for a token list."""
        return f"{self.authority.identifier}/status/{self.name(purpose)}"

    @property
    def purposes(self) -> tuple[str | None, ...]:
        """What it is published for."""
        return ("revocation", "suspension") if self.kind == self.Kind.BITSTRING else (None,)
