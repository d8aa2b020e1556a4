from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from common.adapters.command import Command as BaseCommand
from common.oid4vp.client_id import PREFIXES
from common.oid4vp.request import RESPONSE_MODES
from verifier.presentation.requests import DEFAULT_MODE, DEFAULT_PREFIX, create_request, wallet_link
from verifier.services.catalogue import find_service


class Command(BaseCommand):
    help = "A fresh request of a service, as its QR code would carry it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("service")
        parser.add_argument("--response-mode", choices=RESPONSE_MODES, default=DEFAULT_MODE)
        parser.add_argument("--client-id-prefix", choices=PREFIXES, default=DEFAULT_PREFIX)

    def run(self, **options: Any) -> Mapping[str, Any]:
        created = create_request(
            find_service(options["service"]),
            response_mode=options["response_mode"],
            client_id_prefix=options["client_id_prefix"],
            same_device=False,
            now=timezone.now(),
        )
        return {
            "request_uri": created.request_uri,
            "link": wallet_link(created.session) or None,
            "session": created.session.poll_id,
            "status_url": created.status_url,
        }
