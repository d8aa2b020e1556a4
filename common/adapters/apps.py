"""The Django application of the adapters' tables."""

from django.apps import AppConfig


class AdaptersConfig(AppConfig):
    """Partners, their messages, keys and counters, under the label `adapters`."""

    name = "common.adapters"
    label = "adapters"
