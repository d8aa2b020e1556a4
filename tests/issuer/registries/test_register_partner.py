"""`register_partner --may-read`: what a partner may read is there, or the command says what is."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from common.adapters.exchange.partners import Partner
from common.keys import PrivateKey, jwk
from tests.issuer.spdci_partner import make_registry

pytestmark = pytest.mark.django_db


def register(tmp_path: Path, ana: PrivateKey, *may_read: str) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(jwk.encode(ana.public_key)))
    agreed = [part for each in may_read for part in ("--may-read", each)]
    call_command(
        "register_partner", "spp.example", "--keys", str(keys), *agreed, "--legal-basis", "Law", "--json"
    )


@pytest.mark.parametrize(
    ("may_read", "said"),
    [
        ("farmers=farmer_idd", "farmer_idd"),
        ("farmers=farmer_id,nothing", "nothing"),
        ("nosuch=farmer_id", "nosuch"),
        ("farmers=disabled", "disabled"),
        ("farmers", "REGISTRY=COLUMN"),
        ("farmers=", "REGISTRY=COLUMN"),
        ("=farmer_id", "REGISTRY=COLUMN"),
        ("farmers=,", "REGISTRY=COLUMN"),
    ],
)
def test_what_is_not_there_is_refused(tmp_path: Path, ana: PrivateKey, may_read: str, said: str) -> None:
    make_registry("farmers")
    with pytest.raises((SystemExit, CommandError), match=said):
        register(tmp_path, ana, may_read)
    assert not Partner.objects.exists()


def test_columns_and_questions_are_agreed_upon(tmp_path: Path, ana: PrivateKey) -> None:
    make_registry("farmers")
    make_registry("disabilities")
    register(tmp_path, ana, "farmers=farmer_id, national_id", "disabilities=national_id,disabled")
    assert Partner.objects.get().may_read["disabilities"]["attributes"] == ["national_id", "disabled"]


def test_a_registry_is_named_once(tmp_path: Path, ana: PrivateKey) -> None:
    make_registry("farmers")
    with pytest.raises((SystemExit, CommandError), match="twice"):
        register(tmp_path, ana, "farmers=farmer_id", "farmers=national_id")
