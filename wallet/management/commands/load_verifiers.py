from typing import Any

from django.conf import settings
from django.utils import timezone

from common.adapters.command import Command as BaseCommand
from wallet.attestation.provider import trust_provider
from wallet.presentation.sample_verifiers import load_verifiers


class Command(BaseCommand):
    help = "The public list of those who may ask, as the sample world has it, and this wallet's provider."

    def run(self, **_: Any) -> dict[str, Any]:
        if "issuer" in settings.ROLES:
            trust_provider(now=timezone.now())
        return load_verifiers()
