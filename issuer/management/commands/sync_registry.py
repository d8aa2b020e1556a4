"""`sync_registry REGISTRY [--preview]`: apply the declared rules to what changed in a registry."""

import os
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from common.adapters.command import Command as BaseCommand
from common.errors import SelloError
from common.registries.connector import RegistryError
from issuer.models import Registry
from issuer.registries.connectors import connector_of
from issuer.registries.store import find_registry
from issuer.sync.run import preview_sync, sync


class Command(BaseCommand):
    help = "Let credentials follow a registry: revoke, suspend, reissue, tell and offer as its rules say."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("registry", nargs="?", help="its name, such as deaths")
        parser.add_argument(
            "--due", action="store_true", help="all registries for which it is time; for cron"
        )
        parser.add_argument("--preview", action="store_true", help="say what would happen, and do nothing")
        parser.add_argument("--offers", action="store_true", help="print a link for what is offered")
        parser.add_argument("--allow-removals", action="store_true", help="however many a file lacks")
        parser.add_argument("--expect", default="", metavar="PLAN", help="act only as this preview said")

    def run(self, **options: Any) -> dict[str, Any]:
        """`{registry, preview, plan, changes, source, counts, ended_sessions, superseded, effects, offers}`.

        With `--due` it is `{registries: […]}`; one that does not answer keeps no other waiting.
        """
        now = datetime.now(UTC)
        if bool(options["registry"]) == options["due"]:
            raise RegistryError("Name a registry, or say --due.")
        if not options["due"]:
            return _sync(find_registry(options["registry"]), options, now)
        rows = Registry.objects.select_related("authority")
        return {
            "registries": [_try(row, options, now) for row in rows if connector_of(row).is_due(row, now=now)]
        }

    def exit_status(self, result: Mapping[str, Any]) -> int:
        """1 where a registry of many could not be followed."""
        return int(any("error" in entry for entry in result.get("registries", ())))


def _try(registry: Registry, options: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    try:
        return _sync(registry, options, now)
    except SelloError as error:
        return {"registry": registry.slug, "error": error.public}


def _sync(registry: Registry, options: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    common: dict[str, Any] = {
        "actor": f"sync_registry, user {os.getuid()}",
        "now": now,
        "allow_removals": options["allow_removals"],
    }
    if options["preview"]:
        synced = preview_sync(registry, **common)
    else:
        synced = sync(registry, offers=options["offers"], expect=options["expect"], **common)
    return {
        "registry": registry.slug,
        "preview": options["preview"],
        "plan": synced.plan,
        "changes": synced.changes,
        "source": asdict(synced.refreshed) if synced.refreshed else None,
        "counts": synced.counts,
        "ended_sessions": synced.ended_sessions,
        "superseded": synced.superseded,
        "effects": synced.lines,
        "offers": synced.offers,
    }
