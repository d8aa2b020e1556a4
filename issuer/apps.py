"""The Django application of the issuer."""

from django.apps import AppConfig


class IssuerConfig(AppConfig):
    """The issuer's tables, commands and templates."""

    name = "issuer"
