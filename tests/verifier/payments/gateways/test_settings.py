"""Setting up gateways: what is not known, or cannot be, is refused before anything is kept."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common.adapters.exchange.partners import Partner
from common.errors import SelloError
from verifier.models import GatewayAccount, PayingPartner, Programme
from verifier.payments.gateways.accounts import set_gateway
from verifier.payments.programmes.sample import load_programmes

pytestmark = pytest.mark.django_db
BANK = {"payer": "account:7001@national-bank", "payer_name": "Paying Agency"}
RAIL = {"partner": "bank.example", "payer": "account:7@bank"}


@pytest.fixture(autouse=True)
def partners() -> None:
    load_programmes()
    Partner.objects.create(sender_id="bank.example", namespaces=["g2p"], address="https://bank.example")
    Partner.objects.create(sender_id="nowhere.example", namespaces=["g2p"])
    Partner.objects.create(sender_id="spp.example", namespaces=["spdci"], address="https://spp.example")


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("file", {"folder": "outbox/other"}),
        ("iso20022", {**BANK, "bic": "NABOBOLL", "bics": {"other-bank": "OTBOBOLLXXX"}, "purpose": "GOVT",
                      "reports": "inbox/bank", "resolve": {"farmer-registry": "self"}}),
        ("g2p-connect", {**RAIL, "mode": "async", "names": True, "resolve": {"people": "bank.example"}}),
        ("voucher", {"days": 30}),
    ],
)  # fmt: skip
def test_what_is_right_is_kept(kind: str, config: dict[str, Any]) -> None:
    assert set_gateway("one", kind, config=config, programmes=["subsidy"]).config == config


@pytest.mark.parametrize(
    ("kind", "config", "said"),
    [
        ("file", {"foldr": "x"}, "Unknown parameter of a gateway of the kind file"),
        ("file", {"folder": "../x"}, "folder below"),
        ("file", {"folder": "/etc"}, "folder below"),
        ("iso20022", {}, "payer"),
        ("iso20022", {"payer": BANK["payer"]}, "payer_name"),
        ("iso20022", {**BANK, "payer": "ACCOUNT"}, "financial address"),
        ("iso20022", {**BANK, "payer": 7001}, "financial address"),
        ("iso20022", {**BANK, "payer": "DE88370400440532013000"}, "check digits"),
        ("iso20022", {**BANK, "bic": "national-bank"}, "BIC"),
        ("iso20022", {**BANK, "bics": {"bank": "bnkabo22"}}, "BIC"),
        ("iso20022", {**BANK, "bics": "BNKABO22"}, "BICs by provider"),
        ("iso20022", {**BANK, "resolve": {"people": "nobody.example"}}, "Unknown partner"),
        ("iso20022", {**BANK, "resolve": "self"}, "who maps"),
        ("g2p-connect", {**RAIL, "partner": "nobody.example"}, "Unknown partner"),
        ("g2p-connect", {**RAIL, "partner": "nowhere.example"}, "--address"),
        ("g2p-connect", {**RAIL, "partner": "spp.example"}, "--namespace g2p"),
        ("g2p-connect", {**RAIL, "payer": "ACCOUNT"}, "financial address"),
        ("g2p-connect", {"payer": "account:7@bank"}, "partner"),
        ("g2p-connect", {**RAIL, "mode": "later"}, "sync or async"),
        ("g2p-connect", {**RAIL, "names": "yes"}, "True or False"),
        ("voucher", {"days": "many"}, "number of days"),
        ("voucher", {"days": True}, "number of days"),
    ],
)
def test_what_is_wrong_is_said_and_kept_nowhere(kind: str, config: dict[str, Any], said: str) -> None:
    with pytest.raises(SelloError, match=said):
        set_gateway("one", kind, config=config, programmes=["subsidy"])
    assert not GatewayAccount.objects.filter(name="one").exists()
    assert Programme.objects.get(slug="subsidy").gateway.name != "one"


@pytest.mark.parametrize(
    ("programmes", "payers", "said"),
    [
        (["nothing"], [], "Unknown programme"),
        (["subsidy"], ["nobody.example"], "Unknown partner"),
        (["subsidy"], ["spp.example"], "--namespace g2p"),
        ([], ["bank.example"], "--programme"),
    ],
)
def test_who_pays_out_of_a_programme_is_known(programmes: list[str], payers: list[str], said: str) -> None:
    with pytest.raises(SelloError, match=said):
        set_gateway("one", "file", config={}, programmes=programmes, payers=payers)
    assert not PayingPartner.objects.exists()


def test_the_command_ends_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--set", "partner=nobody.example", "--set", "payer=account:7@bank", "--programme", "subsidy"]
    with pytest.raises((SystemExit, CommandError)):
        call_command("set_gateway", "xbank", "g2p-connect", *given, "--json")
    call_command("set_gateway", "xbank", "file", "--set", "folder=outbox/x")
    with pytest.raises(CommandError, match="says no value"):
        call_command("set_gateway", "xbank", "file", "--set", "folder")
    assert GatewayAccount.objects.get(name="xbank").config == {"folder": "outbox/x"}
    capsys.readouterr()
    call_command("set_gateway", "xbank", "file", "--json")
    assert json.loads(capsys.readouterr().out)["gateway"] == "xbank"
