from collections.abc import Mapping
from typing import Any

from common.adapters.command import Command as BaseCommand
from verifier.services.sample import load_services


class Command(BaseCommand):
    help = "The services of the sample world, and the issuers that they trust."

    def run(self, **_: Any) -> Mapping[str, Any]:
        return load_services()
