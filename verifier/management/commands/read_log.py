from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from common.adapters.command import Command as BaseCommand
from common.vcdm import times
from verifier.models import ReadLog


class Command(BaseCommand):
    help = "Which records were asked for elsewhere; the same ids stand in the authorities' access_log."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--service", default="", help="the slug of one service")
        parser.add_argument("--since", help="2026-11-21T00:00:00Z")

    def run(self, **options: Any) -> Mapping[str, Any]:
        rows = ReadLog.objects.select_related("service", "consent").order_by("at", "id")
        if options["service"]:
            rows = rows.filter(service__slug=options["service"])
        if options["since"]:
            rows = rows.filter(at__gte=times.parse(options["since"]))
        return {"entries": [_entry(row) for row in rows.iterator(chunk_size=2_000)]}


def _entry(row: ReadLog) -> dict[str, Any]:
    return {
        "request_id": row.request_id,
        "at": times.write(row.at),
        "authority": row.authority,
        "client": row.service.did,
        "purpose": row.purpose,
        "basis": row.basis,
        "consent": row.consent.consent_id if row.consent else None,
        "attributes": list(row.attributes),
        "actor": row.actor,
        "outcome": row.outcome,
        "problem": row.problem,
    }
