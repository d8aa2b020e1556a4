"""`verify FILE`: may this credential, or this presentation, be relied upon?"""

import sys
from argparse import ArgumentTypeError
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from common.adapters.command import Command as SharedCommand
from common.adapters.documents.references import check_credential_references
from common.adapters.documents.sources import check_credential_status, sources
from common.encoding import strict_json
from common.errors import MalformedInputError
from common.formats.base import Binding, Secured, VerifiedCredential
from common.status.check import StatusOutcome
from common.verification import Verification, verify_one
from verifier.presentation.trust import trust_list

MAX_BYTES = 2_000_000


class Command(SharedCommand):
    """Exit status: 0 verified and valid, 2 revoked or suspended, 3 undetermined, 1 anything else."""

    bounded = True
    help = "Verifies a credential or presentation of any known format, and asks for its status."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="JSON or a compact token; - reads standard input")
        parser.add_argument(
            "--at",
            type=argument_time,
            metavar="TIME",
            help="verify as of this time, such as 2026-11-21T12:00:00Z",
        )
        parser.add_argument("--nonce", help="the nonce of the request that a presentation answers")
        parser.add_argument("--audience", help="the client identifier for which it was made")

    def run(self, **options: Any) -> Mapping[str, Any]:
        nonce, audience = options["nonce"], options["audience"]
        if (nonce is None) != (audience is None):
            raise MalformedInputError("--nonce and --audience go together.")
        self.verification = verify_one(
            read_secured_file(options["file"]),
            sources=sources(),
            status=_status_today,
            references=check_credential_references,
            trust=trust_list(),
            now=options["at"] or timezone.now(),
            binding=None if nonce is None else Binding(audience, nonce),
            as_holder=True,  # whoever has the file asks for themselves
        )
        return self.verification.as_json()

    def exit_status(self, result: Mapping[str, Any]) -> int:
        verification: Verification = self.verification
        return verification.exit_code


def _status_today(credential: VerifiedCredential, *, now: datetime) -> StatusOutcome:
    """The status as published now, whatever moment the credential is looked at for: lists have no history."""
    return check_credential_status(credential, now=timezone.now())


def read_secured_file(name: str) -> Secured:
    """The secured thing in a file: a JSON object, or a compact token, in quotation marks or not."""
    if name == "-":
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
    else:
        with Path(name).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise MalformedInputError(f"This file is larger than {MAX_BYTES} bytes.")
    text = data.decode("utf-8-sig", errors="replace").strip()
    value = strict_json.loads(text, max_bytes=MAX_BYTES) if text[:1] in ("{", '"') else text
    if not isinstance(value, str | Mapping):
        raise MalformedInputError("This file holds neither a JSON object nor a compact token.")
    return value


def argument_time(text: str) -> datetime:
    """A time of ISO 8601; one without a zone is in UTC."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError("TIME is like 2026-11-21 or 2026-11-21T12:00:00Z") from error
    return value if value.tzinfo else value.replace(tzinfo=UTC)
