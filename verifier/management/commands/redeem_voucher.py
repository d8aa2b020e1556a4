from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils import timezone

from common.adapters import qr
from common.adapters.command import Command as BaseCommand
from common.payments.voucher import PREFIX
from verifier.payments.gateways.voucher.redeeming import redeem_voucher


class Command(BaseCommand):
    help = "Cashes a voucher, once: its text, or a picture of its QR code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("voucher", help=f"{PREFIX}… or the name of a PNG, JPEG or WebP file")
        parser.add_argument("--agent", required=True, help="who pays it out")

    def run(self, **options: Any) -> Mapping[str, Any]:
        voucher, agent = options["voucher"], options["agent"]
        text = voucher if voucher.startswith(PREFIX) else qr.read(Path(voucher).read_bytes())
        cashed = redeem_voucher(text, agent=agent, now=timezone.now())
        return {"voucher": cashed.pk, "pay_out": f"{cashed.currency} {cashed.amount}", "agent": cashed.agent}
