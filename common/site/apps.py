"""The Django application of what the pages of all parties share."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Templates, tags, sessions and middleware, under the label `site`."""

    name = "common.site"
    label = "site"
