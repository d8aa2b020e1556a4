"""The Django application of the wallet."""

from django.apps import AppConfig


class WalletConfig(AppConfig):
    """The wallet's tables, commands and templates."""

    name = "wallet"
