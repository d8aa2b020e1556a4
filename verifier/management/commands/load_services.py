from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.utils import timezone

from common.adapters.command import Command as BaseCommand
from verifier.identity.service_identity import ClientIdentityError, trust_own_authority
from verifier.services.sample import load_services


class Command(BaseCommand):
    help = "The services of the sample world, and the issuers that they trust."

    def run(self, **_: Any) -> Mapping[str, Any]:
        loaded = load_services()
        if "wallet" in settings.ROLES:
            with suppress(ClientIdentityError):  # an address without a name has no certificates
                trust_own_authority(now=timezone.now())
        return loaded
