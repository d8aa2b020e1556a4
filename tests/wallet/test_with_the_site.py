"""The wallet and the other two parties of this very site, over their endpoints."""

import base64
import json
import re
from io import StringIO
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from common.adapters.limits import cache_backends
from common.keys.private_key import generate
from common.notices.messages import create_inbox_request
from common.oid4vp.client_id import PREFIXES
from common.oid4vp.request import RESPONSE_MODES
from issuer.models import Configuration
from tests.wallet.conftest import ANA
from wallet.account.vault import Vault
from wallet.models import Card, RegisteredVerifier

pytestmark = pytest.mark.skipif(
    set(settings.ROLES) != {"issuer", "wallet", "verifier"}, reason="all three parties are needed"
)


def command(name: str, *arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command(name, *arguments, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


@pytest.fixture
def citizen(site_network: Client, vault: Vault, settings: object, tmp_path: Path) -> Client:
    """Ana's browser, at a site with the sample world in it."""
    settings.VERIFIER_CA_FILE = str(tmp_path / "verifier-ca.pem")  # type: ignore[attr-defined]
    for name in ("load_samples", "load_services", "load_verifiers"):
        command(name)
    client = Client(SERVER_NAME="localhost", SERVER_PORT="8000")
    client.post("/wallet/sign-in", {"name": ANA[0], "passphrase": ANA[1]})
    return client


def take(citizen: Client, *arguments: str) -> str:
    made = command("create_offer", *arguments)
    question = citizen.get(f"/wallet/accept?{urlsplit(made['offer_uri']).query}").headers["Location"]
    response = citizen.post(question, {"decision": "accept"})
    if made["tx_code"]:
        response = citizen.post(response.headers["Location"], {"code": made["tx_code"]})
    return response.headers["Location"]


def test_a_card_of_this_sites_own_office(citizen: Client) -> None:
    for number, options in enumerate(([], ["--tx-code"], ["--by-value", "--format", "ldp_vc"]), start=1):
        added = take(citizen, "farmer", f"F-000{number}", *options)
        assert "In your wallet" in citizen.get(added).content.decode()
        text = citizen.get(added.removesuffix("/added")).content.decode()
        assert "Farmer Registry" in text
        assert ">Valid<" in text
    assert Card.objects.count() == 3


def test_a_card_in_the_colour_of_its_type(citizen: Client) -> None:
    configuration = Configuration.objects.get(name="farmer")
    configuration.display["background_color"] = "#12107c"
    configuration.save()
    added = take(citizen, "farmer", "F-0001")
    for page in (citizen.get(added.removesuffix("/added")), citizen.get("/wallet/")):
        [band] = re.findall(r'class="band" src="data:image/svg\+xml;base64,([^"]+)" alt=""', page.text)
        assert 'fill="#12107c"' in base64.b64decode(band).decode()
    configuration.display["background_color"] = "red;} body{display:none"
    configuration.save()
    caches["documents"].clear()
    added = take(citizen, "farmer", "F-0002")
    assert 'class="band"' not in citizen.get(added.removesuffix("/added")).text


def test_a_service_of_this_site(citizen: Client, site_network: Client) -> None:
    """In every response mode, under every client identifier prefix."""
    take(citizen, "farmer", "F-0001")
    for prefix, mode in product(PREFIXES, RESPONSE_MODES):
        made = command("create_request", "subsidy", "--response-mode", mode, "--client-id-prefix", prefix)
        link = urlsplit(made["request_uri"]).query
        question = citizen.get(f"/wallet/authorize?{link}").headers["Location"]
        text = citizen.get(question).content.decode()
        assert "Confirm payment of up to USD 150.00" in text
        assert ("Warning:" in text) == (prefix != "decentralized_identifier")
        answer = text.split('name="answer-0" value="')[1].split('"')[0]
        done = citizen.post(question, {"answer-0": answer, "decision": "agree"})
        assert "Payment confirmed" in citizen.get(done.headers["Location"]).content.decode()
        status = site_network.get(urlsplit(made["status_url"]).path).json()
        assert "verified" in json.dumps(status).lower(), (prefix, mode, status)


def test_a_card_that_shows_single_claims(citizen: Client, site_network: Client) -> None:
    """The service gets the claims that its page names; the rest of the card stays with the person."""
    selective = "ldp_vc:ecdsa-sd-2023"
    made = command("create_configuration", "farmers", "--type", "FarmerCredential", "--format", selective)
    assert made["formats"] == [selective]
    card = citizen.get(take(citizen, "farmer", "F-0001").removesuffix("/added")).content.decode()
    assert "Main crop" in card
    made = command("create_request", "subsidy")
    question = citizen.get(f"/wallet/authorize?{urlsplit(made['request_uri']).query}").headers["Location"]
    text = citizen.get(question).content.decode()
    assert "Farmer number" in text
    assert "Main crop" not in text
    answer = text.split('name="answer-0" value="')[1].split('"')[0]
    done = citizen.post(question, {"answer-0": answer, "decision": "agree"})
    assert "Payment confirmed" in citizen.get(done.headers["Location"]).content.decode()
    status = site_network.get(urlsplit(made["status_url"]).path).json()
    assert "verified" in json.dumps(status).lower(), status


def test_the_sample_list_can_be_loaded_again(citizen: Client) -> None:
    assert command("load_verifiers") == {"verifiers": 6}
    assert RegisteredVerifier.objects.count() == 6


def test_a_status_change_is_seen(citizen: Client) -> None:

    from issuer.models import IssuedCredential

    take(citizen, "disability", "D-0001")
    issued = IssuedCredential.objects.first()
    assert issued is not None
    for number, (status, word) in enumerate(
        (("suspended", "Suspended"), ("valid", "Valid"), ("revoked", "Revoked"))
    ):
        reason = f"Decision {number} of the office"
        command("set_status", str(issued.id), status, "--reason", reason)
        cache_backends.forget_cached()
        assert f">{word}<" in citizen.get("/wallet/").content.decode()
        assert "1 new notice" in citizen.get("/wallet/").content.decode()
        told = citizen.get("/wallet/activity").content.decode()
        assert f'"Why">{reason}' in told
        assert told.count(">New<") == 1
        assert "new notice" not in citizen.get("/wallet/").content.decode()


def test_who_read_the_record_at_an_authority(citizen: Client) -> None:
    """The clinic opens a record at the registry; the person sees that it did, and what by name."""
    take(citizen, "disability", "D-0001")
    made = command("create_request", "clinic")
    link = urlsplit(made["request_uri"]).query
    question = citizen.get(f"/wallet/authorize?{link}").headers["Location"]
    answer = citizen.get(question).content.decode().split('name="answer-0" value="')[1].split('"')[0]
    citizen.post(question, {"answer-0": answer, "decision": "agree"})
    readers = citizen.get("/wallet/activity").content.decode()
    assert "Santa Rosa Clinic" in readers
    assert "Assistive device" in readers


def test_what_is_ready_is_fetched_by_a_button(citizen: Client, site_network: Client) -> None:
    """Told by the register that knows her, made by the one that issues it, for nobody else."""
    from issuer.models import Configuration, Registry
    from issuer.notifications.notify import ReadyOffer, tell_person

    take(citizen, "identity", "P-0001")
    population = Registry.objects.get(slug="population")
    record = population.records.get(key="P-0001")
    offered = ReadyOffer(Configuration.objects.get(name="farmer").pk, "F-0001")
    told: dict[str, Any] = {"key": "1", "now": timezone.now(), "document": "Farmer", "reference": "1A2B"}
    assert tell_person(population, record, "ready", offer=offered, **told)
    page = citizen.get("/wallet/activity").content.decode()
    assert page.count(">Fetch it<") == 1
    posted = {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("office", "notice")}
    mallory = Client(SERVER_NAME="localhost", SERVER_PORT="8000")
    passphrase = "another passphrase altogether"
    signing_up = {"name": "mallory", "passphrase": passphrase, "again": passphrase}
    mallory.post("/wallet/sign-up", signing_up)
    take(mallory, "identity", "P-0002")
    assert mallory.post("/wallet/activity/fetch", posted).status_code == 410
    assert citizen.post("/wallet/activity/fetch", {**posted, "notice": "made-up"}).status_code == 410
    assert (
        citizen.post("/wallet/activity/fetch", {**posted, "office": "https://else.example"}).status_code
        == 410
    )
    question = citizen.post("/wallet/activity/fetch", posted).headers["Location"]
    assert "Ministry of Agriculture" in citizen.get(question).content.decode()
    added = citizen.post(question, {"decision": "accept"}).headers["Location"]
    assert "F-0001" in citizen.get(added).content.decode()
    tell_person(
        population, record, "ready", **{**told, "key": "2"}
    )  # an officer agreed to what she waits for
    assert 'href="/wallet/">Fetch it<' in citizen.get("/wallet/activity").content.decode()


def test_a_notice_that_offers_nothing_fetches_nothing(citizen: Client) -> None:
    url = f"{settings.BASE_URL}/issuers/population-register/notices/x/offer"
    assert Client().post(urlsplit(url).path).status_code == 401
    key = generate("P-256")
    token = create_inbox_request(audience=url, read=False, jti="j", signer=key, now=timezone.now())
    reply = Client().post(urlsplit(url).path, headers={"Authorization": f"Bearer {token}"})
    assert reply.status_code == 404, reply.content
