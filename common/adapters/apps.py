from django.apps import AppConfig


class AdaptersConfig(AppConfig):
    name = "common.adapters"
    label = "adapters"
