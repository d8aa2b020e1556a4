"""The Django application of the verifier."""

from django.apps import AppConfig


class VerifierConfig(AppConfig):
    """The verifier's tables, commands and templates."""

    name = "verifier"
