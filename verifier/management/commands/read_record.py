import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.utils import timezone

from common.adapters.command import Command as BaseCommand
from common.errors import MalformedInputError
from verifier.record_access import client, consents
from verifier.services.catalogue import find_service

ACTOR: Final = "read_record"
LONGEST: Final = 10_000  # characters of a file that holds one identifier


class Command(BaseCommand):
    help = "Read a person's record again: on the consent they gave to a service, or by the service's mandate."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("service")
        ground = parser.add_mutually_exclusive_group(required=True)
        ground.add_argument("--reference", help="the reference of a consent")
        ground.add_argument("--session", help="the session in which a consent was given")
        ground.add_argument(
            "--identifier-file",
            help="a file with the person's identifier, - for standard input: arguments are seen by others",
        )
        parser.add_argument("--attribute", action="append", default=[], help="only this; may be repeated")

    def run(self, **options: Any) -> Mapping[str, Any]:
        service, now = find_service(options["service"]), timezone.now()
        if options["identifier_file"]:
            identifier = _one_line(options["identifier_file"])
            return {
                "basis": "law",
                "attributes": client.read_by_mandate(service, identifier, actor=ACTOR, now=now),
            }
        consent = consents.find_kept_consent(
            service, reference=options["reference"] or "", session=options["session"] or ""
        )
        return {
            "basis": "consent",
            "reference": consent.reference,
            "attributes": client.read_on_consent(
                consent, attributes=options["attribute"], actor=ACTOR, now=now
            ),
        }


def _one_line(name: str) -> str:
    text = sys.stdin.read(LONGEST) if name == "-" else Path(name).read_text()[:LONGEST]
    lines = text.split("\n")
    if not lines[0].strip() or any(line.strip() for line in lines[1:]):
        raise MalformedInputError("One identifier is read at a time, on one line.")
    return lines[0].strip()
