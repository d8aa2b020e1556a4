"""For the operator and the auditor: partners and what went to and fro; and how rows are shown to be read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from common.adapters.exchange.partners import ExchangeLog, Partner


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that the program alone writes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: rows are written by services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: a row that is seen here is not edited here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: what is kept is kept."""
        return False


@admin.register(Partner)
class PartnerAdmin(ReadOnly):
    """Written by `register_partner`; no secret stands here, not even its digest."""

    list_display = ("sender_id", "name", "namespaces", "roles", "active")
    fields = (
        "sender_id",
        "name",
        "namespaces",
        "roles",
        "jwks_uri",
        "may_read",
        "address",
        "callback_url",
        "active",
    )


@admin.register(ExchangeLog)
class ExchangeLogAdmin(ReadOnly):
    """The `message_id` is the one that stands in the partner's log."""

    list_display = ("at", "direction", "partner", "namespace", "action", "message_id", "status", "reason")
    list_filter = ("namespace", "direction", "status")
    search_fields = ("message_id", "transaction_id")
