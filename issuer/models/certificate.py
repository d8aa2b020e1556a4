"""An authority's certificates: its root, the document signers below it, and that of its own key."""

from django.db import models

from issuer.models.authority import Authority


class Certificate(models.Model):
    """A root (IACA) or what it vouches for (ISO/IEC 18013-5 §B.1); `key` is its name in the key store."""

    authority = models.ForeignKey(Authority, on_delete=models.CASCADE, related_name="certificates")
    is_root = models.BooleanField()
    key = models.CharField(max_length=64)
    der = models.BinaryField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_because = models.CharField(max_length=200, blank=True)
    revoked_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["authority"], condition=models.Q(is_root=True), name="one_root_per_authority"
            )
        ]
        indexes = [models.Index(fields=["authority", "is_root", "expires_at"], name="signers_by_their_end")]

    def __str__(self) -> str:
        return f"{self.authority_id} {'root' if self.is_root else 'document signer'}"
