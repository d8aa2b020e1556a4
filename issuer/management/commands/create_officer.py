"""`create_officer USERNAME --authority A…`: somebody who works at the desk of an authority."""

from argparse import ArgumentParser
from typing import Any

from common.adapters.command import Command as BaseCommand
from issuer.authorities.officers import create_officer, find_authorities


class Command(BaseCommand):
    help = "Make an officer of one or more authorities, and print the password that was drawn."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--authority", action="append", required=True, help="whose registries they keep; repeatable"
        )
        parser.add_argument("--new-password", action="store_true", help="draw a new one for an account")

    def run(self, **options: Any) -> dict[str, Any]:
        """`{username, password?, authorities}`."""
        authorities = find_authorities(options["authority"])
        made = create_officer(options["username"], authorities, renew=options["new_password"])
        return {**made, "authorities": [authority.slug for authority in authorities]}
