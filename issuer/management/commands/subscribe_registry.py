"""`subscribe_registry REGISTRY`: be told when a registry that lies elsewhere changes (docs/exchange.md)."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from common.adapters.command import Command as BaseCommand
from issuer.registries.store import find_registry
from issuer.spdci.remote_subscriptions import subscribe_remote, unsubscribe_remote


class Command(BaseCommand):
    help = "Subscribe to a registry that is read by SPDCI; deliver_messages sends the wish."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("registry")
        parser.add_argument("--event", action="append", metavar="TYPE", help="such as UPDATE; once each")
        parser.add_argument("--stop", action="store_true", help="end what is subscribed")

    def run(self, **options: Any) -> dict[str, Any]:
        registry, now = find_registry(options["registry"]), timezone.now()
        if options["stop"]:
            return {"registry": registry.slug, "ended": unsubscribe_remote(registry, now=now)}
        rows = subscribe_remote(registry, options["event"] or ["UPDATE", "DEREGISTER"], now=now)
        return {"registry": registry.slug, "asked": [row.event_type for row in rows]}
