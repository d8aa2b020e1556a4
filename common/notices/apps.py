"""The Django application of the notices' tables."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Queued and delivered notices, under the label `notices`."""

    name = "common.notices"
    label = "notices"
