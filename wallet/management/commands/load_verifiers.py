from typing import Any

from common.adapters.command import Command as BaseCommand
from wallet.services.sample import load_verifiers


class Command(BaseCommand):
    help = "The public list of those who may ask, as the sample world has it."

    def run(self, **_: Any) -> dict[str, Any]:
        return load_verifiers()
