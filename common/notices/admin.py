"""For the operator: what could not be delivered, and which organisations are told of what."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from common.adapters.admin import ReadOnly
from common.notices.delivery import retry_notice
from common.notices.models import Notice, Subscriber


@admin.register(Notice)
class NoticeAdmin(ReadOnly):
    """Every notice, without whom it is for; whoever forgets that something was told tells it twice."""

    list_display = ("created_at", "kind", "channel", "sender", "state", "attempts", "problem")
    list_filter = ("state", "channel", "kind")
    fields = ("kind", "channel", "sender", "language", "facts", "state", "attempts", "problem",
              "created_at", "next_attempt_at", "done_at")  # fmt: skip
    actions = ("try_again",)

    @admin.action(description="Try once more to deliver what failed; it may arrive twice")
    def try_again(self, request: HttpRequest, chosen: QuerySet[Notice]) -> None:
        """Queue the failed ones among the chosen."""
        number = sum(retry_notice(notice, now=timezone.now()) for notice in chosen)
        self.message_user(request, f"{number} queued once more.")


@admin.register(Subscriber)
class SubscriberAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Which organisation is told of what."""

    list_display = ("name", "sender", "kinds", "active")
    list_filter = ("active", "sender")
