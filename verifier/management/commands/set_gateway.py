import json
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from common.adapters.command import Command as BaseCommand
from verifier.payments.gateways import GATEWAYS
from verifier.payments.gateways.accounts import set_gateway
from verifier.payments.gateways.setting_kinds import GatewaySettingError


class Command(BaseCommand):
    help = (
        "Opens a way out for money, or changes it: an account at a gateway, and the programmes that use it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the name under which it is known here")
        parser.add_argument("kind", choices=sorted(GATEWAYS))
        parser.add_argument(
            "--set", action="append", default=[], metavar="NAME=VALUE", dest="config",
            help='how it is set up (docs/payments.md); VALUE as JSON, or a text: payer_name="Agency"',
        )  # fmt: skip
        parser.add_argument("--programme", action="append", default=[], help="pays by it from now on")
        parser.add_argument(
            "--payer", action="append", default=[], metavar="SENDER_ID",
            help="a partner that may pay out of the programmes named",
        )  # fmt: skip

    def run(self, **options: Any) -> Mapping[str, Any]:
        account = set_gateway(
            options["name"],
            options["kind"],
            config=dict(_setting(each) for each in options["config"]),
            programmes=options["programme"],
            payers=options["payer"],
        )
        return {
            "gateway": account.name,
            "kind": account.kind,
            "config": account.config,
            "programmes": sorted(account.programmes.values_list("slug", flat=True)),
        }


def _setting(text: str) -> tuple[str, Any]:
    """A name and its value; without the sign, `--set resolve` would take a setting away unasked."""
    name, sign, value = text.partition("=")
    if not sign:
        raise GatewaySettingError(f"--set {text} says no value: --set {text}=VALUE; {text}= takes it away.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
