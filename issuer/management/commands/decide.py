"""`decide SESSION approve|refuse`: an officer's word about a request that waits."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandParser

from common.adapters.command import Command as BaseCommand
from issuer.issuance.deferred import decide_waiting, find_waiting_session


class Command(BaseCommand):
    help = "Decide about a request that waits for an officer; the office's page lists them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("session", help="as create_offer told it")
        parser.add_argument("decision", choices=("approve", "refuse"))
        parser.add_argument("--reason", default="", help="kept with the decision")

    def run(self, **options: Any) -> dict[str, Any]:
        session = find_waiting_session(options["session"])
        approve = options["decision"] == "approve"
        decide_waiting(
            session, approve=approve, reason=options["reason"], actor="decide", now=datetime.now(UTC)
        )
        return {"session": str(session.id), "decision": options["decision"]}
