"""`create_staff USERNAME --service S…`: somebody who works for a service."""

from argparse import ArgumentParser
from typing import Any

from common.adapters.command import Command as BaseCommand
from verifier.services.catalogue import find_service
from verifier.services.staff import create_staff


class Command(BaseCommand):
    help = "Make staff of one or more services, and print the password that was drawn."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--service", action="append", required=True, help="which they work for; repeatable"
        )
        parser.add_argument("--trust", action="store_true", help="let them keep the list of trusted issuers")
        parser.add_argument("--new-password", action="store_true", help="draw a new one for an account")

    def run(self, **options: Any) -> dict[str, Any]:
        """`{username, password?, services}`."""
        services = [find_service(slug) for slug in options["service"]]
        made = create_staff(
            options["username"], services, trust=options["trust"], renew=options["new_password"]
        )
        return {**made, "services": [service.slug for service in services]}
