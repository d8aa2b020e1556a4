"""Passwords of officers: hashed as Django does, a few at a time."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from common.adapters.limits.turns import PASSWORDS


class QueuedPBKDF2(PBKDF2PasswordHasher):
    """Django's PBKDF2; who finds the queue full is told so at once (503)."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """The hash, made in its turn; `BusyError` where the queue is full."""
        with PASSWORDS.taken():
            return str(super().encode(password, salt, iterations))
