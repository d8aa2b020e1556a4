"""A farmer's card as a token: from the registry into a wallet, to an agency that asks for that format."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as site
from django.test import Client

from common.adapters.limits import cache_backends
from common.keys import jws
from issuer.models import IssuedCredential
from tests.flows.test_mdoc import command, last
from verifier.models import PresentationSession, Service
from verifier.services.sample import type_url
from wallet.account import accounts

pytestmark = pytest.mark.skipif(
    set(site.ROLES) != {"issuer", "wallet", "verifier"}, reason="all three parties are needed"
)
Status = PresentationSession.Status


@pytest.fixture
def citizen(db: None, site_network: Client, settings: object, tmp_path: Path) -> Client:
    """Ana's browser, at the sample world."""
    settings.WALLET_PASSPHRASE_COST = "minimal"  # type: ignore[attr-defined]
    settings.VERIFIER_CA_FILE = str(tmp_path / "verifier-ca.pem")  # type: ignore[attr-defined]
    for name in ("load_samples", "load_services", "load_verifiers"):
        command(name)
    accounts.create_wallet_account("Ana Quispe", "correct horse battery staple")
    client = Client(SERVER_NAME="localhost", SERVER_PORT="8000")
    client.post("/wallet/sign-in", {"name": "Ana Quispe", "passphrase": "correct horse battery staple"})
    return client


def ask_for(format_: str) -> None:
    service = Service.objects.get(slug="subsidy")
    claims = [{"path": ["credentialSubject", name]} for name in ("farmer_id", "harvest_kg")]
    meta = {"type_values": [[type_url("farmer")]]}
    service.query = {"credentials": [{"id": "farmer", "format": format_, "meta": meta, "claims": claims}]}
    service.save()


def asked(citizen: Client) -> tuple[str, str]:
    """Where the wallet asks whether to show, and what its page says."""
    made = command("create_request", "subsidy")
    question = citizen.get(f"/wallet/authorize?{urlsplit(made['request_uri']).query}").headers["Location"]
    return question, citizen.get(question).content.decode()


def pay(citizen: Client) -> Any:
    question, text = asked(citizen)
    answer = text.split('name="answer-0" value="')[1].split('"')[0]
    citizen.post(question, {"answer-0": answer, "decision": "agree"})
    return last()


@pytest.mark.parametrize("format_", ["jwt_vc_json", "vc+jwt"])
def test_from_a_registry_to_a_payment(citizen: Client, site_network: Client, format_: str) -> None:
    made = command("create_configuration", "farmers", "--type", "FarmerCredential", "--format", format_)
    assert made["formats"] == [format_]
    metadata = site_network.get("/.well-known/openid-credential-issuer/issuers/farmer-registry").json()
    entry = metadata["credential_configurations_supported"][f"farmer.{format_}"]
    assert entry["format"] == format_
    assert entry["credential_definition"] == {"type": ["VerifiableCredential", "FarmerCredential"]}
    offer = command("create_offer", "farmer", "F-0001")
    question = citizen.get(f"/wallet/accept?{urlsplit(offer['offer_uri']).query}").headers["Location"]
    card = citizen.post(question, {"decision": "accept"}).headers["Location"].removesuffix("/added")
    assert ">Valid<" in citizen.get(card).content.decode()
    ask_for(format_)
    session = pay(citizen)
    assert session.status == Status.UNLOCKED, session.outcome
    command("set_status", IssuedCredential.objects.get().urn, "revoked", "--reason", "the parcel was sold")
    cache_backends.forget_cached()
    assert "the office has withdrawn it" in asked(citizen)[1]


@pytest.mark.parametrize(("format_", "typ"), [("jwt_vc_json", "JWT"), ("vc+jwt", "vc+jwt")])
def test_issued_by_command_and_verified(
    citizen: Client, tmp_path: Path, format_: str, typ: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command("create_configuration", "farmers", "--type", "FarmerCredential", "--format", format_)
    issued = command("issue", "farmer", "F-0001", "--format", format_, "--out", str(tmp_path / "card"))
    assert jws.parse(issued["credential"]).header["typ"] == typ
    told = command("verify", str(tmp_path / "card"))
    assert (told["verified"], told["status"], told["format"]) == (True, "valid", format_)
