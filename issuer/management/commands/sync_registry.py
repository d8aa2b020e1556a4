"""`sync_registry REGISTRY [--preview]`: apply the declared rules to what changed in a registry."""

import os
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from common.adapters.command import Command as BaseCommand
from issuer.services.following.syncing import preview, sync
from issuer.services.registries import find_registry


class Command(BaseCommand):
    help = "Let credentials follow a registry: revoke, suspend, reissue, tell and offer as its rules say."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("registry", help="its name, such as deaths")
        parser.add_argument("--preview", action="store_true", help="say what would happen, and do nothing")
        parser.add_argument("--offers", action="store_true", help="print a link for what is offered")
        parser.add_argument("--expect", default="", metavar="PLAN", help="act only as this preview said")

    def run(self, **options: Any) -> dict[str, Any]:
        """`{registry, preview, plan, changes, counts, ended_sessions, superseded, effects, offers}`."""
        registry = find_registry(options["registry"])
        actor, now = f"sync_registry, user {os.getuid()}", datetime.now(UTC)
        if options["preview"]:
            synced = preview(registry, actor=actor, now=now)
        else:
            synced = sync(registry, actor=actor, now=now, offers=options["offers"], expect=options["expect"])
        result: dict[str, Any] = {
            "registry": registry.slug,
            "preview": options["preview"],
            "plan": synced.plan,
            "changes": synced.changes,
            "counts": synced.counts,
            "ended_sessions": synced.ended_sessions,
            "superseded": synced.superseded,
            "effects": synced.lines,
            "offers": synced.offers,
        }
        if synced.refreshed is not None:
            result["source"] = {name: getattr(synced.refreshed, name) for name in synced.refreshed.__slots__}
        return result
