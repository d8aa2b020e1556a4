"""A ministry, a wallet and a bank, each a process of its own with its own database, secrets and address."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from deploy.demo.browser import Browser
from deploy.demo.world import Site

pytestmark = pytest.mark.interop
PASSPHRASE = "three houses, one street"


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("houses")
    sites = {role: Site(Path(folder) / role, roles=role) for role in ("issuer", "wallet", "verifier")}
    for site in sites.values():
        site.environment |= {
            "FETCH_ORIGINS": ",".join(each.url for each in sites.values()),
            "ISSUER_URL": sites["issuer"].url,
            "VERIFIER_URL": sites["verifier"].url,
            "WALLET_URL": f"{sites['wallet'].url}/wallet/",
            "STATUS_LIST_TTL": "0",
        }
        site.manage("migrate", "--verbosity", "0")
    try:
        sites["issuer"].manage("load_samples", "--json")
        sites["verifier"].manage("load_services", "--json")
        sites["wallet"].manage("load_verifiers", "--json")
        for site in sites.values():
            site.start()
        yield sites
    finally:
        for site in sites.values():
            site.stop()


@pytest.fixture(scope="module")
def ana(houses: Any) -> Browser:
    """Ana, with an identity and a farmer card in the wallet's house."""
    browser = Browser()
    browser.get(f"{houses['wallet'].url}/wallet/sign-up")
    browser.submit("again", name="ana", passphrase=PASSPHRASE, again=PASSPHRASE)
    for configuration, record in (("identity", "P-0001"), ("farmer", "F-0001")):
        offer = houses["issuer"].manage("create_offer", configuration, record, "--json")
        browser.get(f"{houses['wallet'].url}/wallet/accept?{urlsplit(offer['offer_uri']).query}")
        page = browser.submit("decision", press="Yes")
        assert "/wallet/cards/" in page.url, page.text
    return browser


@pytest.mark.parametrize(
    ("service", "opened"),
    [("clinic", "Record opened"), ("over-18", "You may enter"), ("subsidy", "Payment on its way")],
)
def test_a_card_of_one_house_opens_a_door_of_another(
    houses: Any, ana: Browser, service: str, opened: str
) -> None:
    ana.get(f"{houses['verifier'].url}/services/{service}")
    waiting = ana.submit("way", press="this device")
    consent = ana.get(waiting.link("/wallet/authorize"))
    assert "Known to the public list" in consent.text, consent.text
    done = ana.submit("decision", press="onfirm payment" if service == "subsidy" else "Yes")
    assert ana.get(done.link("/finish")).heading.startswith(opened)


def test_no_house_serves_what_is_anothers(houses: Any) -> None:
    for role, path in (("issuer", "/services/"), ("wallet", "/office/"), ("verifier", "/wallet/")):
        assert Browser().get(houses[role].url + path).status == 404
