"""The sample world: a death at the civil registry, and what becomes of Ana's husband's credentials."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from issuer.issuance.credential_request import issue_directly
from issuer.models import Configuration, IssuedCredential
from issuer.sample.load import load_samples
from issuer.sync.rules import rules_in_words
from tests.issuer.rules_fixture import AT

pytestmark = pytest.mark.django_db
EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "examples"


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Run a command and read what it prints."""

    def run(*arguments: str) -> dict[str, Any]:
        call_command(*arguments, "--json")
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    load_samples()
    return run


def test_a_death_revokes_what_it_must_and_the_widow_is_offered_the_certificate(
    said: Callable[..., Any],
) -> None:
    for name, key in (
        ("identity", "P-0407"),
        ("farmer", "F-0135"),
        ("birth", "B-0328"),
        ("identity", "P-0001"),
    ):
        configuration = Configuration.objects.select_related("registry__authority").get(name=name)
        issue_directly(configuration, key, "dc+sd-jwt", holder=None, now=AT)
    assert said("sync_registry", "deaths")["effects"] == []
    assert said("import_registry", "deaths", "--csv", str(EXAMPLES / "death.csv"))["created"] == 1
    seen = said("sync_registry", "deaths", "--preview")
    done = said("sync_registry", "deaths", "--offers", "--expect", seen["plan"])
    assert done["effects"] == seen["effects"]
    assert done["counts"] == {"offer": 1, "revoke": 2}
    [offer] = done["offers"]
    assert (offer["configuration"], offer["record"], offer["for"]) == ("death", "X-0001", "population/P-0001")
    states = dict(IssuedCredential.objects.values_list("record_key", "state"))
    assert states == {"P-0407": "revoked", "F-0135": "revoked", "B-0328": "valid", "P-0001": "valid"}
    assert said("sync_registry", "deaths")["effects"] == []
    assert said("create_offer", "death", "X-0001")["offer_uri"].startswith("openid-credential-offer://")


def test_the_example_rules_can_be_declared(said: Callable[..., Any]) -> None:
    done = said("set_rules", "farmer", "--file", str(EXAMPLES / "farmer-rules.json"))
    assert len(done["described"]) == len(done["rules"]) == 5
    load_samples()  # what an operator declared stays
    farmer = Configuration.objects.get(name="farmer")
    assert len(list(rules_in_words(farmer))) == 5
