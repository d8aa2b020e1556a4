from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "common.notices"
    label = "notices"
