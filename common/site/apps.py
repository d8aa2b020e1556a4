from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "common.site"
    label = "site"
